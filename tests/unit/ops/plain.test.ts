import { plain, quoted } from "../../../ops/plain";

it.each([
  ["colours", "a\u001b[31mb\u001b[0m", "ab"],
  ["a cleared screen, in one character", "a\u009b2Jb", "ab"],
  ["a title or a link", "a\u001b]8;;https://evil.example\u0007b", "ab"],
  ["a cursor sent back", "a\rb\bc", "abc"],
  ["text turned around", "a\u202eb", "ab"],
])("takes out %s", (_, text, rest) => {
  expect(plain(text)).toBe(rest);
});

it("leaves words, lines and tabs alone", () => {
  expect(plain("Zoë → \t[31m]\nß")).toBe("Zoë → \t[31m]\nß");
});

it.each([
  ["a`b\nc", "`a'b c`"],
  [["a", 1], '`["a",1]`'],
  [undefined, "`nothing`"],
  ["", "` `"],
])("quotes %j within a sentence", (value, text) => {
  expect(quoted(value)).toBe(text);
});
