/** How many cases a property is tried with. */
export const CASES = 10_000;

/** The first case; SEED repeats a run that has failed. */
export const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** What names are made of: blanks, slashes, cases, accents, scripts, look-alikes, lengths, and words of programs. */
export const PIECES = [
  ..."a B z9 okta- Okta- team Team sre SRE / : - _ . --".split(" "),
  ...[" ", "  ", "\t", "\n", "\0", "\u200b", "\u202e"],
  ...["é", "e\u0301", "Å", "\u212a", "\u017f", "\u0130", "ß", "команда", "工程", "مهندس", "\u{1f600}"],
  ...["x".repeat(20), "y".repeat(43), "z".repeat(63)],
  ...["__proto__", "constructor", '"', "'", "${SECRET}", "<b>", "&"],
];

/** Random numbers that are the same for a seed (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}
