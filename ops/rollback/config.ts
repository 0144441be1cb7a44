import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { execa } from "execa";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { CommandError } from "../command";
import { stackName, withoutSummary } from "../stack";
import type { Config } from "./history";
import type { State } from "../state";

/** What the engine gives instead of a secret that it cannot decrypt. */
const UNDECRYPTABLE = "ERROR_UNABLE_TO_DECRYPT";

/** A folder with a project file and a stack's config file of its own, where the engine cannot touch the user's. */
export class ConfigFolder {
  constructor(
    private readonly folder: string,
    private readonly stack: Pick<Stack, "name" | "workspace">,
    encryption: State["encryption"],
  ) {
    mkdirSync(folder);
    copyFileSync(join(stack.workspace.workDir, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    writeFileSync(this.file, stringify(encryption), { mode: 0o600 });
  }

  get file(): string {
    return join(this.folder, `Pulumi.${stackName(this.stack.name).stack}.yaml`);
  }

  /** The stack, for commands that decrypt or encrypt: the engine does that by the config file in their work folder. */
  async open(): Promise<Stack> {
    return openIn(this.folder, this.stack, this.file);
  }

  /**
   * Writes the config of an update into the file, secrets encrypted.
   *
   * @throws CommandError when a secret of it cannot be decrypted any more
   */
  async write(config: Config): Promise<void> {
    const secrets = Object.entries(config).filter(([, { secret }]) => secret);
    const lost = secrets.filter(([, { value }]) => value === undefined || value === UNDECRYPTABLE);
    if (lost.length > 0) {
      const keys = lost.map(([key]) => key).join(", ");
      throw new CommandError(
        `the config of that update has secrets that cannot be decrypted (${keys}): they were encrypted in another way ` +
          "than the stack's are now. Set them with `pulumi config set --secret`, and run `pulumi up` at that commit",
        1,
      );
    }
    this.writeFile(config);
    for (const [key, { value }] of secrets) {
      // By stdin: arguments can be seen by every user of the machine.
      await execa(
        "pulumi",
        ["config", "set", key, "--secret", "--stack", this.stack.name, "--config-file", this.file],
        {
          cwd: this.folder,
          env: this.stack.workspace.envVars,
          input: value,
        },
      );
    }
  }

  private writeFile(config: Config): void {
    const values = Object.entries(config).flatMap(([key, { secret, value, objectValue }]) =>
      secret ? [] : [[key, objectValue ?? value]],
    );
    // What it says about the encryption stays.
    const file = parse(readFileSync(this.file, "utf8")) as object;
    writeFileSync(this.file, stringify({ ...file, config: Object.fromEntries(values) as object }));
  }
}

/** Opens a stack once more, with its program in another folder and its config in a file. */
export async function openIn(
  workDir: string,
  { name, workspace }: Pick<Stack, "name" | "workspace">,
  configFile: string,
): Promise<Stack> {
  const { pulumiCommand } = workspace;
  const envVars = {
    ...workspace.envVars,
    PULUMI_OPTION_CONFIG_FILE: configFile,
    // An earlier program may apply the portal's objects under another field manager, and conflict with today's without it.
    PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
  };
  const there = await LocalWorkspace.create({ workDir, pulumiCommand, envVars });
  // The stack is known to be there, and must not become the selected one.
  there.selectStack = () => Promise.resolve();
  return withoutSummary(await Stack.select(name, there));
}

export const hasSecrets = (config: Config) => Object.values(config).some(({ secret }) => secret);

/** A key whose value differs, with its two values as text: undefined where it has none. */
export interface Difference {
  key: string;
  from?: string;
  to?: string;
}

/** What differs from one config to the other, sorted by key. Secret values are not shown. */
export function differences(from: Config, to: Config): Difference[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys
    .filter((key) => !isDeepStrictEqual(from[key], to[key]))
    .map((key) => ({ key, from: shown(from[key]), to: shown(to[key]) }));
}

const shown = (value: Config[string] | undefined) => (value?.secret ? "[secret]" : value?.value);
