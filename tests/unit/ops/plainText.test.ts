import { plainText, quoted } from "../../../ops/plainText";

it.each([
  ["colours", "a\u001b[31mb\u001b[0m"],
  ["a cleared screen", "a\u001b[2Jb"],
  ["a cleared screen, in one character", "a\u009b2Jb"],
  ["a title or a link", "a\u001b]8;;https://evil.example\u0007b"],
  ["a cursor sent back", "a\rb\bc"],
  ["text turned around", "a\u202eb"],
])("takes out %s", (_, text) => {
  expect(plainText(text)).toMatch(/^a(b|bc)$/);
});

it("leaves words, lines and tabs alone", () => {
  expect(plainText("Zoë → \t[31m]\nß")).toBe("Zoë → \t[31m]\nß");
});

it.each([
  ["a`b\nc", "`a'b c`"],
  [["a", 1], '`["a",1]`'],
  [undefined, "`nothing`"],
  ["", "` `"],
])("quotes %j within a sentence", (value, text) => {
  expect(quoted(value)).toBe(text);
});
