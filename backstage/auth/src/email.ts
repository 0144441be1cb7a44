/**
 * Compares as the mail system does, where A to Z have no case. Beyond ASCII nothing is the same but the same: folding
 * takes the Kelvin sign for a k, and with it one person's address for another's.
 */
export function sameText(a: string, b: string): boolean {
  return foldAscii(a) === foldAscii(b);
}

/** What is before the last `@` of an email, and after it. */
export function splitEmail(email: string): { localPart: string; domain: string } {
  const at = email.lastIndexOf("@");
  return { localPart: email.slice(0, Math.max(at, 0)), domain: email.slice(at + 1) };
}

/** The email without its tag, as `alice@acme.example` is for `alice+x@acme.example`; undefined when it has none. */
export function withoutPlusTag(email: string): string | undefined {
  const { localPart, domain } = splitEmail(email);
  const [name, ...tag] = localPart.split("+");
  return name && tag.length > 0 ? `${name}@${domain}` : undefined;
}

const foldAscii = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
