import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { installed, providePlugins, pulumiHome } from "../../../sandbox/engine/plugins";
import { PROVIDERS, sdkVersion } from "../../../sandbox/plugins/build";
import { State } from "../../../sandbox/pieces/state";

const folder = mkdtempSync(join(tmpdir(), "plugins-"));
const previous = { ...process.env };
afterAll(() => {
  process.env = previous;
  rmSync(folder, { recursive: true });
});

let state: State;
let home: string;
let test = 0;
beforeEach(() => {
  const own = join(folder, String(++test));
  home = join(own, "home");
  jest.spyOn(os, "homedir").mockReturnValue(home);
  process.env = { ...previous, XDG_CACHE_HOME: join(own, "cache") };
  delete process.env.PULUMI_HOME;
  state = new State(join(own, "sandbox"));
});

const pluginFolder = async (pulumiHome: string, name: string) =>
  join(pulumiHome, "plugins", `resource-${name}-v${await sdkVersion(name)}`);

/** Installs stand-ins for the genuine plugins; what matters here is which files are used. */
async function install(pulumiHome: string): Promise<void> {
  for (const name of PROVIDERS) {
    const folder = await pluginFolder(pulumiHome, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `pulumi-resource-${name}`), `genuine ${name}`);
    chmodSync(join(folder, `pulumi-resource-${name}`), 0o755);
    writeFileSync(join(folder, "LICENSE"), "Apache-2.0");
  }
}

/** A `pulumi` that downloads nothing: what it is asked for is in a file beside it. */
function offlinePulumi(): string {
  const path = join(folder, "pulumi");
  writeFileSync(path, `#!/bin/sh\necho "$@" >>"${folder}/asked"\nexit 1\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What each file in the sandbox's folder of plugins holds. */
const content = (state: State) => {
  const plugins = join(pulumiHome(state), "plugins");
  const files = readdirSync(plugins).flatMap((plugin) =>
    readdirSync(join(plugins, plugin)).map((f) => join(plugin, f)),
  );
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(plugins, file), "utf8")]));
};

const provide = (wanted?: "genuine" | "local") => providePlugins(state, offlinePulumi(), wanted);

describe("the genuine plugins of the user", () => {
  it("are used where they are installed, all their files", async () => {
    await install(join(home, ".pulumi"));
    expect(await provide()).toBe("genuine");
    const files = content(state);
    expect(Object.keys(files)).toHaveLength(2 * PROVIDERS.length);
    expect(Object.values(files)).toEqual(expect.arrayContaining(PROVIDERS.map((name) => `genuine ${name}`)));
  });

  it("are found in PULUMI_HOME first", async () => {
    await install(join(home, "elsewhere"));
    process.env.PULUMI_HOME = join(home, "elsewhere");
    expect(await provide()).toBe("genuine");
  });

  it("are kept in a shell that has the sandbox's environment", async () => {
    await install(join(home, "elsewhere"));
    process.env.PULUMI_HOME = join(home, "elsewhere");
    await provide();
    const before = content(state);
    process.env.PULUMI_HOME = pulumiHome(state);
    for (const wanted of [undefined, "genuine"] as const) {
      expect(await provide(wanted)).toBe("genuine");
      expect(content(state)).toEqual(before);
    }
  });

  it("outlive another sandbox, from whose shell this one was brought up", async () => {
    await install(join(home, "elsewhere"));
    process.env.PULUMI_HOME = join(home, "elsewhere");
    await provide();
    const before = content(state);
    const first = state;
    process.env.PULUMI_HOME = pulumiHome(first);
    state = new State(`${first.folder}-2`);
    await provide();
    rmSync(first.folder, { recursive: true });
    expect(content(state)).toEqual(before);
  });

  it("come back after the local ones", async () => {
    await install(join(home, ".pulumi"));
    await provide();
    const before = content(state);
    await provide("local");
    expect(Object.values(content(state))).not.toContain("genuine okta");
    expect(await provide("genuine")).toBe("genuine");
    expect(content(state)).toEqual(before);
  });
});

describe("a plugin's folder that is not whole", () => {
  it.each<[string, (program: string, folder: string) => void]>([
    ["is empty", (program, folder) => readdirSync(folder).forEach((file) => rmSync(join(folder, file)))],
    ["has an empty program", (program) => writeFileSync(program, "")],
    ["has a program that cannot be run", (program) => chmodSync(program, 0o644)],
    ["has a link to a program that is gone", (program) => (rmSync(program), symlinkSync("/nowhere", program))],
    ["has a link to another file that is gone", (_, folder) => symlinkSync("/nowhere", join(folder, "NOTICE"))],
    ["was left by a download that broke off", (_, folder) => writeFileSync(`${folder}.partial`, "")],
  ])("is not taken for an installed plugin when it %s", async (_, breakIt) => {
    await install(join(home, ".pulumi"));
    const okta = { name: "okta", version: await sdkVersion("okta") };
    const path = await pluginFolder(join(home, ".pulumi"), "okta");
    expect(installed(okta, state)).toBe(path);
    breakIt(join(path, "pulumi-resource-okta"), path);
    expect(installed(okta, state)).toBeUndefined();
  });
});

it("does not try again to download what could not be downloaded", async () => {
  expect(await provide()).toBe("local");
  const asked = readFileSync(join(folder, "asked"), "utf8");
  expect(asked).toContain("plugin install resource");
  await provide();
  expect(readFileSync(join(folder, "asked"), "utf8")).toBe(asked);
});
