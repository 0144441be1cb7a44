import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../processes/port";
import { Child } from "./child";

/** What a Backstage is started with. */
export interface BackstageOptions {
  /** The folder of a built portal. */
  portal: string;
  /** Where a browser finds it, such as http://127.0.0.1:7007. */
  url: string;
  /** The folder of PostgreSQL's socket. */
  database: string;
  /** The text of the last --config. */
  overlay: string;
  /** Environment variables that the overlay names. */
  variables: Record<string, string>;
}

/** A Backstage in a process of its own, on a free port of 127.0.0.1. */
export class Backstage extends Child {
  private constructor(
    readonly port: number,
    ...child: [name: string, folder: string, portal: string, args: string[], env: NodeJS.ProcessEnv]
  ) {
    super(...child);
  }

  static async start({ portal, url, database, overlay, variables }: BackstageOptions): Promise<Backstage> {
    const folder = await Child.makeFolder();
    const config = join(folder, "app-config.okta.yaml");
    await writeFile(config, overlay, { mode: 0o600 });
    const port = await freePort();
    return new Backstage(
      port,
      "Backstage",
      folder,
      portal,
      ["backend", "--config", "app-config.yaml", "--config", config],
      {
        ...process.env,
        ...variables,
        NODE_ENV: "production",
        PORTAL_URL: url,
        POSTGRES_HOST: database,
        // A variable of this form comes before all files.
        APP_CONFIG_backend_listen: `127.0.0.1:${port}`,
      },
    );
  }

  protected async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.port}/.backstage/health/v1/readiness`)).ok;
  }
}
