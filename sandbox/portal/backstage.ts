import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "../processes/child";
import { freePort } from "../processes/port";

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
  /** The text of the RBAC plugin's policies, where the overlay has it read some. */
  roles?: string | undefined;
  /** Environment variables that the overlay names. */
  variables: Record<string, string>;
}

/** A Backstage on a free port of 127.0.0.1. */
export interface Backstage {
  process: Child;
  port: number;
}

export async function startBackstage(options: BackstageOptions): Promise<Backstage> {
  const { portal, url, database, overlay, roles, variables } = options;
  const folder = await mkdtemp(join(tmpdir(), "portal-"));
  const config = join(folder, "app-config.okta.yaml");
  await writeFile(config, overlay, { mode: 0o600 });
  const policies = join(folder, "rbac-policies.csv");
  if (roles !== undefined) await writeFile(policies, roles);
  const port = await freePort();
  const child = new Child({
    name: "Backstage",
    file: process.execPath,
    args: ["backend", "--config", "app-config.yaml", "--config", config],
    cwd: portal,
    env: {
      ...variables,
      NODE_ENV: "production",
      PORTAL_URL: url,
      POSTGRES_HOST: database,
      // Variables of this form come before all files.
      APP_CONFIG_backend_listen: `127.0.0.1:${port}`,
      ...(roles !== undefined && { "APP_CONFIG_permission_rbac_policies-csv-file": policies }),
    },
    folder,
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/.backstage/health/v1/readiness`)).ok,
  });
  return { process: child, port };
}
