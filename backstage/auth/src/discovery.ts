const RENEW_AFTER_MS = 60 * 60 * 1000;

/**
 * What an issuer publishes about itself. As long as it could not be read, each use tries again, so that sign-in heals
 * when the issuer does. Once read it is kept, and a use after more than an hour has it read again in the background.
 */
export class Discovery<Metadata> {
  private metadata: Metadata | undefined;
  private readAt = 0;
  private reading: Promise<Metadata> | undefined;

  /** @param read reads the metadata once; it is never called twice at the same time */
  constructor(private readonly read: () => Promise<Metadata>) {}

  /** @throws what the reading threw, when it never succeeded */
  async get(): Promise<Metadata> {
    if (this.metadata === undefined) return this.renew();
    // What is known stays good enough when the issuer cannot be asked just now; the next use tries again.
    if (Date.now() - this.readAt > RENEW_AFTER_MS) this.renew().catch(() => {});
    return this.metadata;
  }

  private renew(): Promise<Metadata> {
    this.reading ??= this.read()
      .then((metadata) => {
        this.readAt = Date.now();
        return (this.metadata = metadata);
      })
      .finally(() => (this.reading = undefined));
    return this.reading;
  }
}
