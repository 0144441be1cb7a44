import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";

// stdout is for results; a sandbox command shows its progress on stderr.
const isTerminal = process.stderr.isTTY;
const SHOW_SECONDS_AFTER = 3;
const LINE_EVERY_SECONDS = 20;

/** A step of a command. */
export interface Step {
  title: string;
  /** What to do; it may say something that is shown below the title, and a text that it returns becomes the title. */
  run: (signal: AbortSignal, say: (line: string) => void) => Promise<string | void>;
  /** About how many seconds are left, where that is known. */
  secondsLeft?: () => number;
}

/**
 * Does the steps at once, and shows which are going on and for how long.
 *
 * @throws what the first step to fail throws, after ending those that were going on beside it
 */
export async function perform(steps: Step[], signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const running: Promise<string | void>[] = [];
  const start = (step: Step, say: (line: string) => void) => {
    const work = step.run(ended, say);
    running.push(work);
    // The list shows that a step has failed; why, the caller says, once.
    return work.catch((error: unknown) => {
      const isFirst = !ended.aborted;
      failed.abort(error);
      throw new Error(isFirst ? "see below" : "ended", { cause: error });
    });
  };
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const list = new Listr(
    steps.map((step) => toTask(step, start)),
    {
      concurrent: true,
      renderer: isTerminal ? "default" : "simple",
      rendererOptions: { logger },
      // Ctrl-C gets here by `signal`, so that there is time to end what has been started.
      registerSignalListeners: false,
    },
  );
  try {
    await list.run();
  } catch (error) {
    await Promise.allSettled(running);
    ended.throwIfAborted();
    throw error;
  }
}

function toTask(step: Step, start: (step: Step, say: (line: string) => void) => Promise<string | void>): ListrTask {
  return {
    title: step.title,
    rendererOptions: { persistentOutput: true },
    task: async (_, task) => {
      const started = Date.now();
      const say = (line: string) => (task.output = line);
      const showTime = () => {
        const seconds = Math.round((Date.now() - started) / 1000);
        const time = `${step.title}: ${seconds} s${left(step)}`;
        if (!isTerminal) say(`... ${time}`);
        else if (seconds >= SHOW_SECONDS_AFTER) task.title = time;
      };
      const timer = setInterval(showTime, isTerminal ? 1000 : LINE_EVERY_SECONDS * 1000);
      try {
        task.title = (await start(step, say)) ?? step.title;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function left({ secondsLeft }: Step): string {
  const minutes = Math.ceil((secondsLeft?.() ?? 0) / 60);
  return minutes > 0 ? `, about ${minutes} min left` : "";
}
