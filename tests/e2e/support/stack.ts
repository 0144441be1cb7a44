import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "execa";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { isAlive } from "../../../ops/rollback/folder";
import { kubectl, okta, oktaUrl, run } from "./sandbox";

const root = resolve(__dirname, "../../..");

/** Counts of what an update did to its resources, by operation: create, update, delete, replace, same. */
export type Changes = Partial<Record<"create" | "update" | "delete" | "replace" | "same", number>>;

export interface StackOptions {
  /**
   * Values beside or instead of those of a portal that works; undefined takes one out. A namespace that is named here is
   * there already, and stays.
   */
  config?: Record<string, unknown>;
  /** Variables for every command of the stack. */
  env?: Record<string, string | undefined>;
  /** The stack's name. @default one that no other test has */
  name?: string;
  /** The portal's objects, for that namespace. @default a Deployment `backstage` that runs nothing yet */
  portal?: (namespace: string) => Promise<object[]>;
}

/** A resource as it stands in the stack's state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  protect?: boolean;
  outputs: Record<string, unknown>;
}

/**
 * A stack of this project in the sandbox, with a Kubernetes namespace of its own and a Deployment `backstage` in it.
 * Its config file is outside the checkout.
 */
export class TestStack {
  private constructor(
    public name: string,
    readonly namespace: string,
    private readonly ownsNamespace: boolean,
    private readonly folder: string,
    private readonly env: Record<string, string | undefined>,
  ) {}

  static async make(options: StackOptions = {}): Promise<TestStack> {
    const { config = {}, env = {}, name = unique(), portal = idlePortal } = options;
    const given = config.namespace as string | undefined;
    const namespace = given ?? name;
    const folder = mkdtempSync(join(tmpdir(), "stack-"));
    const stack = new TestStack(name, namespace, !given, folder, env);
    if (!given) await portalNamespace(namespace, portal);
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      stringify({ name: "backstage-okta-sso", runtime: "nodejs", main: root }),
    );
    await run("pulumi", ["stack", "init", name, "--no-select"], { cwd: folder, env });
    stack.configure({
      portalUrl: `https://${name}.acme.example`,
      oktaUrl,
      allowedGroups: ["backstage-users"],
      purpose: "development",
      namespace,
      deployment: "backstage",
      ...config,
    });
    return stack;
  }

  /** Sets config values, or takes out those that are undefined. */
  configure(values: Record<string, unknown>): void {
    const file = parse(readFileSync(this.configFile, "utf8")) as { config?: Record<string, unknown> };
    const config = { ...file.config };
    for (const [key, value] of Object.entries(values)) config[`backstage-okta-sso:${key}`] = value;
    writeFileSync(this.configFile, stringify({ ...file, config }));
  }

  get configFile(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  /** Whether a command of the engine that runs has the stack, by the lock in the sandbox's backend. */
  get isLocked(): boolean {
    const backend = fileURLToPath(process.env.PULUMI_BACKEND_URL!);
    const locks = join(backend, ".pulumi/locks/organization/backstage-okta-sso", this.name);
    const pidOf = (lock: string) => /"pid":(\d+)/.exec(readFileSync(join(locks, lock), "utf8"))?.[1];
    return existsSync(locks) && readdirSync(locks).some((lock) => isAlive(Number(pidOf(lock))));
  }

  /** Runs a pulumi command on this stack. */
  pulumi(args: string[], options: { env?: Record<string, string | undefined>; reject?: boolean } = {}) {
    const [command = "", ...rest] = args;
    const config = ["up", "preview", "refresh", "destroy"].includes(command) ? ["--config-file", this.configFile] : [];
    return run("pulumi", [command, ...rest, "--stack", this.name, "--non-interactive", ...config], {
      cwd: root,
      ...options,
      env: { ...this.env, ...options.env },
    });
  }

  /** Gives the stack another name, and its config file with it. */
  async rename(name: string): Promise<void> {
    const before = this.configFile;
    await run("pulumi", ["stack", "rename", name, "--stack", this.name], { cwd: this.folder, env: this.env });
    this.name = name;
    if (existsSync(before)) renameSync(before, this.configFile);
  }

  async up(): Promise<Changes> {
    return this.change("up");
  }

  /** What `pulumi up` prints as it fails. */
  async failedUp(env: Record<string, string | undefined> = {}): Promise<string> {
    return failure(await this.pulumi(["up", "--yes", "--skip-preview"], { env, reject: false }));
  }

  /** What `pulumi preview` prints as it fails. */
  async failedPreview(env: Record<string, string | undefined> = {}): Promise<string> {
    return failure(await this.pulumi(["preview"], { env, reject: false }));
  }

  async refresh(): Promise<Changes> {
    return this.change("refresh");
  }

  async destroy(): Promise<void> {
    await this.pulumi(["destroy", "--yes", "--skip-preview"]);
  }

  private async change(command: string): Promise<Changes> {
    const log = join(this.folder, "events");
    const env = { PULUMI_DEBUG_COMMANDS: "true" };
    await this.pulumi([command, "--yes", "--skip-preview", "--event-log", log], { env });
    const events = readFileSync(log, "utf8").trim().split("\n");
    const summary = events.map((line) => (JSON.parse(line) as EngineEvent).summaryEvent).find(Boolean);
    return summary!.resourceChanges;
  }

  /** What the last update, refresh or destroy did, by the history. */
  async lastChanges(): Promise<Changes> {
    const { stdout } = await this.pulumi(["stack", "history", "--json", "--page-size", "1"]);
    return (JSON.parse(stdout) as [{ resourceChanges: Changes }])[0].resourceChanges;
  }

  async outputs(): Promise<Record<string, string>> {
    const { stdout } = await this.pulumi(["stack", "output", "--json"]);
    return JSON.parse(stdout) as Record<string, string>;
  }

  /** The state, as the backend keeps it: secrets in cipher text. */
  async state(): Promise<StateResource[]> {
    const { stdout } = await this.pulumi(["stack", "export"]);
    return (JSON.parse(stdout) as { deployment: { resources?: StateResource[] } }).deployment.resources ?? [];
  }

  /** The stack's app in Okta, as the management API shows it. */
  async app(state: StateResource[] | Promise<StateResource[]> = this.state()): Promise<OktaApp> {
    const apps = (await state).filter(({ type }) => type === "okta:app/oAuth:OAuth");
    const app = apps.find(({ outputs }) => outputs.type !== "service");
    return okta<OktaApp>("GET", `/api/v1/apps/${app?.id}`);
  }

  /** A Kubernetes object of the stack's namespace. */
  async object<T>(kind: string, name: string): Promise<T> {
    return JSON.parse(
      await kubectl("get", kind, name, "-n", this.namespace, "-o", "json", "--show-managed-fields"),
    ) as T;
  }

  /** The variables that the Secret gives the portal. */
  async variables(secretName = "backstage-okta"): Promise<Record<string, string>> {
    const { data } = await this.object<{ data: Record<string, string> }>("secret", secretName);
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
    );
  }

  /** The overlay that the ConfigMap gives the portal, as text. */
  async overlay(): Promise<string> {
    const { data } = await this.object<{ data: Record<string, string> }>("configmap", "backstage-okta");
    return data["app-config.okta.yaml"] ?? "";
  }

  /** Takes everything away, whatever state a failed test left it in. */
  async dispose(): Promise<void> {
    // In the folder with the stack's config file, which goes too: the checkout may have one of that name.
    const destroy = ["destroy", "--yes", "--skip-preview", "--stack", this.name, "--non-interactive", "--remove"];
    const { exitCode } = await run("pulumi", destroy, { cwd: this.folder, env: this.env, reject: false });
    if (exitCode !== 0) {
      await this.pulumi(["cancel", "--yes"], { reject: false });
      await this.pulumi(["state", "unprotect", "--all", "--yes"], { reject: false });
      await this.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"], { reject: false });
      await this.pulumi(["stack", "rm", "--yes", "--force", "--preserve-config"], { reject: false });
    }
    if (this.ownsNamespace) await kubectl("delete", "namespace", this.namespace, "--wait=false");
    rmSync(this.folder, { recursive: true });
  }
}

export interface OktaApp {
  id: string;
  label: string;
  status: string;
  credentials: { oauthClient: Record<string, unknown> };
  settings: { oauthClient: Record<string, unknown> & { redirect_uris: string[] } };
  visibility: { hide: { web: boolean } };
}

export function unique(): string {
  return `test-${randomBytes(4).toString("hex")}`;
}

/** A namespace with a portal in it, as a portal team would have it. */
async function portalNamespace(name: string, portal = idlePortal): Promise<void> {
  await applyAsPortalTeam([{ apiVersion: "v1", kind: "Namespace", metadata: { name } }, ...(await portal(name))]);
}

/** Applies objects as the portal team does, whose field manager is another one than the stack's. */
export async function applyAsPortalTeam(items: object[]): Promise<void> {
  await run("kubectl", ["apply", "--server-side", "--field-manager", "portal-team", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
}

/** A Deployment that runs nothing yet. */
const idlePortal = (namespace: string): Promise<object[]> => {
  const labels = { app: "backstage" };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "backstage", namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "backstage-backend", image: "backstage:1", args: ["--config", "a.yaml"] }] },
      },
    },
  };
  return Promise.resolve([deployment]);
};

function failure({ exitCode, stdout, stderr }: Result): string {
  expect(exitCode).not.toBe(0);
  return `${String(stdout)}\n${String(stderr)}`;
}
