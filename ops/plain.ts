// Escape sequences of terminals (ECMA-48), control characters but for tab and line feed, and the characters of Unicode
// that turn or hide the text around them.
const ACTING =
  // eslint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text from elsewhere without what a terminal or a browser would act on. */
export function plain(text: string): string {
  return text.replaceAll(ACTING, "");
}

/** A value from elsewhere inside a sentence: between backquotes and on one line, in a terminal as in Markdown. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  const line = plain(text).replaceAll("`", "'").replaceAll(/\s+/g, " ").trim();
  return `\`${line || " "}\``;
}
