import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { okta, run } from "../e2e/support/sandbox";
import { seconds } from "./measure";

const root = resolve(__dirname, "../..");

/** The namespace that the bench's stacks put their objects into; the sandbox makes it. */
export const NAMESPACE = "backstage";

/** One Pulumi program of the bench, as a stack in the sandbox. */
export class Program {
  private constructor(
    private readonly folder: string,
    private readonly stack: string,
    private readonly configFile: string,
    private readonly env: Record<string, string>,
  ) {}

  /**
   * @param folder the program's, below the checkout
   * @param config the stack's config, by whole key
   * @param env variables that the program reads
   */
  static async make(folder: string, stack: string, config: object = {}, env: Record<string, string> = {}) {
    const project = parse(readFileSync(join(root, folder, "Pulumi.yaml"), "utf8")) as { name: string };
    // A stack is made from a copy of the project file, since that writes the stack's file beside it.
    const copy = mkdtempSync(join(tmpdir(), "bench-"));
    writeFileSync(join(copy, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    await run("pulumi", ["stack", "init", stack, "--no-select"], { cwd: copy });
    const configFile = join(copy, `Pulumi.${stack}.yaml`);
    const salt = parse(readFileSync(configFile, "utf8")) as object;
    writeFileSync(configFile, stringify({ ...salt, config }));
    return new Program(join(root, folder), stack, configFile, { BENCH_NAMESPACE: NAMESPACE, ...env });
  }

  up = () => this.pulumi("up", "--yes", "--skip-preview");
  preview = () => this.pulumi("preview", "--expect-no-changes");
  refresh = () => this.pulumi("refresh", "--yes", "--skip-preview");

  /** Takes the stack's resources away, and its config file. */
  async destroy(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
    rmSync(dirname(this.configFile), { recursive: true });
  }

  /** Runs a command and tells how long it took, in seconds. */
  private async pulumi(...args: string[]): Promise<number> {
    const stack = ["--stack", this.stack, "--non-interactive", "--config-file", this.configFile];
    return seconds(() => run("pulumi", [...args, ...stack], { cwd: this.folder, env: this.env }));
  }
}

/** How many calls to Okta's management API an action made, and how long it took in seconds. */
export async function callsOf(phase: string, action: () => Promise<number>): Promise<{ calls: number; took: number }> {
  await okta("PUT", "/sandbox/phase", { phase });
  await okta("DELETE", "/sandbox/calls");
  const took = await action();
  const calls = await okta<{ phase: string }[]>("GET", "/sandbox/calls");
  return { calls: calls.filter((call) => call.phase === phase).length, took };
}
