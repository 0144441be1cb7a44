import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { EnforcementLevel } from "@pulumi/policy";
import { parse } from "yaml";
import { rules } from "../../policy/rules";
import { run } from "./support/sandbox";
import { TestStack, unique } from "./support/stack";

jest.setTimeout(300_000);

const PACK_FOLDER = resolve(__dirname, "../../policy");
const PACK = ["--policy-pack", PACK_FOLDER];

/** How the engine reports that a rule is broken. */
function report(name: string, level: EnforcementLevel): RegExp {
  const { description, remedy } = rules.find((rule) => rule.name === name)!;
  const escaped = [description, remedy].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`\\[${level}\\] +${name} .*\\n +${escaped[0]}\\n.*${escaped[1]}\\n`);
}

/** The pack as it is published: by itself, with the packages that it names and no others. */
function published(): string {
  const pack = mkdtempSync(join(tmpdir(), "pack-"));
  cpSync(PACK_FOLDER, pack, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(pack, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(pack, "node_modules", name)), { recursive: true });
    symlinkSync(resolve(PACK_FOLDER, "../node_modules", name), join(pack, "node_modules", name));
  }
  return pack;
}

/** A stack with the config of a committed one, in a namespace of its own. */
async function committed(file: string, name: string): Promise<TestStack> {
  const { config } = parse(readFileSync(join(process.env.SANDBOX_STATE ?? "", `Pulumi.${file}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const entries = Object.entries(config).map(
    ([key, value]) => [key.replace("backstage-okta-sso:", ""), value] as const,
  );
  return TestStack.make({ name, config: Object.fromEntries(entries.filter(([key]) => key !== "namespace")) });
}

describe("the committed stacks", () => {
  const stacks: Record<string, TestStack> = {};
  afterAll(async () => {
    await stacks.prod?.pulumi(["state", "unprotect", "--all", "--yes"]);
    await Promise.all(Object.values(stacks).map((stack) => stack.dispose()));
  });

  it.each([
    ["local", "local"],
    ["dev", unique()],
    ["prod", unique()],
  ])(
    "of which %s breaks no rule, neither in a preview before anything is there nor in the update",
    async (file, name) => {
      const stack = (stacks[file] = await committed(file, name));
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { stdout } = await stack.pulumi([...command, ...PACK]);
        expect(stdout).toMatch(/✅ backstage-okta-sso@v/);
        expect(stdout).not.toMatch(/\[(advisory|mandatory)\]/);
      }
    },
  );

  it("of which dev is warned, and not stopped, without PKCE, also by the pack as it is published", async () => {
    const dev = stacks.dev!;
    dev.configure({ authModule: "stock" });
    const pack = published();
    const { stdout } = await dev.pulumi(["preview", "--policy-pack", pack]);
    rmSync(pack, { recursive: true });
    expect(stdout).toMatch(report("app-requires-pkce", "advisory"));
    expect(stdout).not.toContain("[mandatory]");
  });

  it("of which prod is stopped by config that is not for production, before its app is changed", async () => {
    const prod = stacks.prod!;
    const app = await prod.app();
    prod.configure({
      authModule: "stock",
      groupsFilter: { type: "REGEX", value: ".*" },
      allowedGroups: ["Everyone"],
      protect: false,
      session: { duration: "60d", idle: "2h" },
      signInResolvers: [
        { resolver: "emailMatchingUserEntityProfileEmail", dangerouslyAllowSignInWithoutUserInCatalog: true },
      ],
    });
    const preview = await prod.pulumi(["preview", ...PACK], { reject: false });
    expect(preview.exitCode).not.toBe(0);
    for (const name of [
      "app-requires-pkce",
      "groups-claim-is-filtered",
      "app-is-not-for-everyone",
      "app-is-protected",
      "refresh-tokens-expire",
      "overlay-has-no-dangerous-option",
    ]) {
      expect(preview.stdout).toMatch(report(name, "mandatory"));
    }

    const update = await prod.pulumi(["up", "--yes", "--skip-preview", ...PACK], { reject: false });
    expect(update.exitCode).not.toBe(0);
    expect(update.stdout).toContain("[mandatory]");
    expect(await prod.app()).toEqual(app);
  });
});

describe("a program that breaks every rule", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.make({ config: { allowedGroups: ["Everyone"], purpose: "production" } });
  });
  afterAll(() => stack.dispose());

  it("is stopped with the words of each, and no secret is repeated", async () => {
    const options = ["--stack", stack.name, "--config-file", stack.configFile, "--non-interactive"];
    const program = join(__dirname, "fixtures/violations");
    const preview = await run("pulumi", ["preview", ...options, ...PACK], { cwd: program, reject: false });
    expect(preview.exitCode).not.toBe(0);
    for (const { name } of rules) expect(preview.stdout).toMatch(report(name, "mandatory"));
    expect(preview.stdout + preview.stderr).not.toContain("a-secret-that-nobody-is-to-read");
  });
});
