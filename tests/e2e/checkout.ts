import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { run } from "./sandbox";
import type { TestStack } from "./stack";

const root = resolve(__dirname, "../..");
const LEFT_OUT = ["node_modules", ".git", ".sandbox"];

/** What a command for people ended with. */
export interface Ended {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** A copy of the checkout, for a pull request's changes to be made in; it shares the installed packages. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "checkout-"));

  constructor() {
    cpSync(root, this.folder, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Makes it a repository with one commit, as GitHub has it. */
  async commit(): Promise<void> {
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=test", "-c", "user.email=test@acme.example", ...args], { cwd: this.folder });
    await git("init", "--quiet", "--initial-branch", "main");
    writeFileSync(join(this.folder, ".git/info/exclude"), "/node_modules\n");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "Everything");
  }

  /** Changes a file, does the work, and changes the file back. */
  async with<T>(file: string, from: string, to: string, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const text = readFileSync(path, "utf8");
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    try {
      return await work();
    } finally {
      writeFileSync(path, text);
    }
  }

  /** Runs one of the checkout's npm commands for the stack. */
  async npm(
    command: string,
    stack: TestStack,
    args: string[] = [],
    env: Record<string, string | undefined> = {},
  ): Promise<Ended> {
    const { exitCode, stdout, stderr } = await run(
      "npm",
      ["run", "-s", command, "--", "--stack", stack.name, ...args],
      {
        cwd: this.folder,
        env: { PULUMI_OPTION_CONFIG_FILE: stack.configFile, ...env },
        reject: false,
      },
    );
    return { exitCode, stdout, stderr };
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true });
  }
}
