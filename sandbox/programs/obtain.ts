import { buildAll, fetchSources } from "./goBuild";
import { DownloadFailed } from "./download";
import { fetchProgram, isBuilt, isHere, releaseOf, versionOf, type Program } from "./program";
import type { Step } from "../processes/progress";

/**
 * Steps that get programs into the user's cache, as far as they are not there: what their project publishes or, where
 * that cannot be had, built from source. A step does those of one Go module; they may be performed at once.
 */
export function programSteps(programs: Program[]): Step[] {
  const missing = programs.filter((program) => !isHere(program));
  const builds = new Builds();
  const modules = [...new Set(missing.map(({ folder }) => folder))];
  return modules.map((folder): Step => {
    const group = missing.filter((program) => program.folder === folder);
    const what = nameOf(group);
    const step: Step = {
      title: `Get ${what} (once on this machine)`,
      run: async (signal, say) => {
        const why = await fetchAll(group, signal);
        if (why === undefined) return `${what}: fetched`;
        say(`${what} is built from source, since ${why}`);
        const left = group.filter((program) => !isHere(program));
        const seconds = left.reduce((sum, program) => sum + program.seconds, 0);
        const sources = fetchSources(left, signal);
        const build = builds.add(seconds, async () => {
          await sources;
          await buildAll(left, signal);
        });
        // When the build's turn has not come yet, nobody waits for them.
        sources.catch(() => undefined);
        step.secondsLeft = build.secondsLeft;
        await build.done;
        return `${what}: built from source`;
      },
    };
    return step;
  });
}

/** Such as "Kubernetes 1.34.4". */
function nameOf(programs: Program[]): string {
  const publisher = programs.map(releaseOf).find(Boolean)?.publisher;
  return `${publisher?.name ?? programs.map(({ name }) => name).join(", ")} ${versionOf(programs[0]!)}`;
}

/**
 * Fetches what is published of the programs, one after the other, until one cannot be had: what keeps one of a
 * project's files away keeps all of them away.
 *
 * @returns why not all of them are there now, if so
 */
async function fetchAll(programs: Program[], signal: AbortSignal): Promise<string | undefined> {
  for (const { comesWith, ...own } of programs) {
    const program = comesWith ?? own;
    // What was built has brought nothing along.
    if (comesWith && isBuilt(comesWith)) return `${comesWith.name} was built too`;
    if (isHere(program)) continue;
    const release = releaseOf(program);
    if (!release) return `nothing is published of ${program.name} for this kind of machine`;
    try {
      await fetchProgram(program, release, signal);
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error;
      return error.message;
    }
  }
  return undefined;
}

/** Builds, one after the other: at once, they would compile what they share at once too. */
class Builds {
  private last: Promise<unknown> = Promise.resolve();
  private readonly queue: { seconds: number; started?: number }[] = [];

  /**
   * Adds one to the end.
   *
   * @param seconds about how long it takes
   */
  add(seconds: number, work: () => Promise<void>): { done: Promise<void>; secondsLeft: () => number } {
    const entry: (typeof this.queue)[number] = { seconds };
    const before = [...this.queue];
    this.queue.push(entry);
    const done = this.last.then(async () => {
      entry.started = Date.now();
      await work();
      entry.seconds = 0;
    });
    this.last = done.catch(() => undefined);
    const left = ({ seconds, started = Date.now() }: typeof entry) =>
      Math.max(0, seconds - (Date.now() - started) / 1000);
    return { done, secondsLeft: () => [...before, entry].reduce((sum, other) => sum + left(other), 0) };
  }
}
