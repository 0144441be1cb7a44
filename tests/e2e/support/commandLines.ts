import { readdirSync, readFileSync } from "node:fs";

const INTERVAL_MS = 50;

/** The command lines of this machine's processes, which any user of it can see, for as long as it is watched. */
export class CommandLines {
  private readonly seen = new Set<string>();
  private readonly timer = setInterval(() => this.look(), INTERVAL_MS);

  /** @returns each that was seen, its arguments separated by blanks */
  stop(): string[] {
    clearInterval(this.timer);
    return [...this.seen];
  }

  private look(): void {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        this.seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
