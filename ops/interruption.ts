/** What Ctrl-C, or whoever runs this command, ends it with. */
export class Interruption {
  private readonly everything = new AbortController();
  private readonly engine = new AbortController();

  /** Aborted by any of the signals. */
  readonly signal = this.everything.signal;

  /**
   * For a command of the engine, which cancels what it does at the first SIGINT, and drops it at the second. From the
   * terminal it gets the first by itself.
   */
  readonly engineSignal = this.engine.signal;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(name, () => {
        this.everything.abort(new Error(`interrupted by ${name}`));
        if (name !== "SIGINT" || !process.stdin.isTTY) this.engine.abort();
      });
    }
  }
}
