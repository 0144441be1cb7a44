/**
 * How one text becomes another, line by line, as `diff` shows it without leaving a line out; undefined when they are equal.
 * It takes the longest common subsequence, which is fine for texts of some hundred lines.
 */
export function lineDiff(before: string, after: string): string | undefined {
  if (before === after) return undefined;
  const [from, to] = [before.trimEnd().split("\n"), after.trimEnd().split("\n")];
  const common = from.map(() => Array<number>(to.length + 1).fill(0));
  const commonAt = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = from.length - 1; i >= 0; i--) {
    for (let j = to.length - 1; j >= 0; j--) {
      (common[i] as number[])[j] =
        from[i] === to[j] ? commonAt(i + 1, j + 1) + 1 : Math.max(commonAt(i + 1, j), commonAt(i, j + 1));
    }
  }
  const lines: string[] = [];
  for (let [i, j] = [0, 0]; i < from.length || j < to.length;) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      lines.push(`  ${from[i++]}`);
      j++;
    } else if (j >= to.length || (i < from.length && commonAt(i + 1, j) >= commonAt(i, j + 1)))
      lines.push(`- ${from[i++]}`);
    else lines.push(`+ ${to[j++]}`);
  }
  return lines.join("\n");
}
