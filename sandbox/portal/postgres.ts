import { exec } from "../processes/exec";
import { Child } from "./child";

/** A PostgreSQL in a process of its own, on a Unix socket in its folder, with data that go when it ends. */
export class Postgres extends Child {
  private constructor(
    folder: string,
    private readonly portal: string,
  ) {
    super("PostgreSQL", folder, portal, ["database", folder]);
  }

  /** @param portal the folder of a built portal */
  static async start(portal: string): Promise<Postgres> {
    return new Postgres(await Child.makeFolder(), portal);
  }

  protected async isReady(): Promise<boolean> {
    await exec(process.execPath, ["database/ready.js", this.folder], { cwd: this.portal });
    return true;
  }
}
