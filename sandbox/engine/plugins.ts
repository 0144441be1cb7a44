import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { CommandFailed, exec } from "../exec";
import { withLock } from "../lock";
import { buildPlugins, LOCAL_MARK, PROVIDERS, sdkVersion } from "../plugins/build";
import { type PluginSet, type State } from "../state";

// Where there is no way out, an attempt fails within three seconds, or hangs.
const DOWNLOAD_SECONDS = 60;

/** The PULUMI_HOME of the sandbox's engine. */
export function pulumiHome(state: State): string {
  return state.path("pulumi-home");
}

/**
 * Puts the provider plugins into the sandbox's PULUMI_HOME: the genuine ones if they are installed on this machine, at
 * the versions that the SDKs ask for, or can be downloaded; else the local ones.
 *
 * @param wanted asks for one set
 * @returns the set that is there now
 * @throws if the genuine set is wanted and cannot be had
 */
export async function providePlugins(
  state: State,
  pulumi: string,
  wanted: PluginSet | undefined,
  signal?: AbortSignal,
): Promise<PluginSet> {
  const set = wanted ?? ((await haveGenuine(state, pulumi, signal)) ? "genuine" : "local");
  if (state.settings.plugins !== set) await rm(join(pulumiHome(state), "plugins"), { recursive: true, force: true });
  if (set === "local") await buildPlugins(pulumiHome(state));
  else await linkGenuine(state, pulumi, signal);
  state.remember({ plugins: set });
  return set;
}

async function haveGenuine(state: State, pulumi: string, signal?: AbortSignal): Promise<boolean> {
  const folders = await pluginFolders();
  if (folders.every((folder) => installed(folder))) return true;
  if (state.settings.noDownload) return false;
  try {
    await download(pulumi, signal);
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    state.remember({ noDownload: true });
    return false;
  }
}

/** Downloads those that are not installed, into a PULUMI_HOME in the user's cache, so that every sandbox finds them. */
async function download(pulumi: string, signal?: AbortSignal): Promise<void> {
  const env = { PULUMI_HOME: downloads(), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const work = async () => {
    for (const name of PROVIDERS) {
      const version = await sdkVersion(name);
      if (installed(pluginFolder(name, version))) continue;
      const args = ["plugin", "install", "resource", name, version];
      await exec(pulumi, args, { env, signal, seconds: DOWNLOAD_SECONDS });
    }
  };
  await withLock(join(cacheFolder(), "plugins.lock"), "the download of the provider plugins", work, signal);
}

async function linkGenuine(state: State, pulumi: string, signal?: AbortSignal): Promise<void> {
  await download(pulumi, signal);
  for (const folder of await pluginFolders()) {
    const from = installed(folder)!;
    const to = join(pulumiHome(state), "plugins", folder);
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    // The engine passes over a link to a folder.
    for (const file of readdirSync(from)) symlinkSync(join(from, file), join(to, file));
  }
}

const downloads = () => join(cacheFolder(), "pulumi-home");
const pluginFolder = (name: string, version: string) => `resource-${name}-v${version}`;
const pluginFolders = () => Promise.all(PROVIDERS.map(async (name) => pluginFolder(name, await sdkVersion(name))));

/**
 * Where a genuine plugin is installed, whole: the engine leaves a file NAME.partial beside one that is not. PULUMI_HOME
 * may be a sandbox's, from a shell that took over `sandbox env`; there, a mark tells the local ones.
 */
function installed(folder: string): string | undefined {
  return [process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), downloads()]
    .map((home) => join(home, "plugins", folder))
    .find((path) => existsSync(path) && !existsSync(`${path}.partial`) && !existsSync(join(path, LOCAL_MARK)));
}
