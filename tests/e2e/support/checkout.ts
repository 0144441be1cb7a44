import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { run } from "./sandbox";
import type { TestStack } from "./stack";

const root = resolve(__dirname, "../../..");
const LEFT_OUT = ["node_modules", ".git", ".sandbox"];

/** What a command for people ended with. */
export interface Ended {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** A copy of the checkout, for changes to be made in. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "checkout-"));

  /** @param linked whether it shares the installed packages. Never run `npm ci` then: it empties what the link leads to. */
  constructor({ linked = true } = {}) {
    cpSync(root, this.folder, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
    if (linked) symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Makes it a repository with one commit. */
  async init(): Promise<void> {
    await this.git("init", "--quiet", "--initial-branch", "main");
    await this.git("config", "user.name", "Alice");
    await this.git("config", "user.email", "alice@example.com");
    // A link is no folder, which .gitignore names.
    writeFileSync(join(this.folder, ".git/info/exclude"), "/node_modules\n");
    await this.git("add", "--all");
    await this.commit("Everything");
  }

  /** Commits what has changed. */
  async commit(message: string): Promise<void> {
    await this.git("commit", "--quiet", "--all", "--message", message);
  }

  async git(...args: string[]): Promise<string> {
    return (await run("git", args, { cwd: this.folder })).stdout;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Changes a file, does the work, and changes the file back. */
  async with<T>(file: string, from: string, to: string, work: () => Promise<T>): Promise<T> {
    const text = this.read(file);
    expect(text).toContain(from);
    this.write(file, text.replace(from, to));
    try {
      return await work();
    } finally {
      this.write(file, text);
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
