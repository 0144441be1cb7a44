/** Text of somebody else's that is printed: nothing in it moves the cursor, colours the terminal or hides. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (/[\n\t]/.test(character) ? character : " "));
}
