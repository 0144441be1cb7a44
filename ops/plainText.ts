import { stripVTControlCharacters } from "node:util";

/** Text of somebody else's that is printed: nothing in it moves the cursor, colours the terminal or hides. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    /[\n\t]/.test(character) ? character : "",
  );
}

/** A value of somebody else's inside a sentence: between backquotes and on one line, in a terminal as in Markdown. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return `\`${plainText(text).replaceAll("`", "'").replaceAll(/\s+/g, " ").trim() || " "}\``;
}
