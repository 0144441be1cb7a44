import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../programs/cache";
import { CommandFailed, exec } from "../processes/exec";
import { withLock } from "../processes/lock";
import { buildPlugins, LOCAL_MARK, PROVIDERS, sdkVersion } from "../plugins/build";
import { type PluginSet, type State } from "../pieces/state";

// Where there is no way out, an attempt fails within three seconds, or hangs.
const DOWNLOAD_SECONDS = 60;

/** A plugin of a provider, as the engine tells them apart. */
export interface PluginVersion {
  name: string;
  version: string;
}

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
  if (set === "local") await buildPlugins(pulumiHome(state));
  else await linkGenuine(state, pulumi, signal);
  state.remember({ plugins: set });
  return set;
}

async function haveGenuine(state: State, pulumi: string, signal?: AbortSignal): Promise<boolean> {
  const plugins = await wantedPlugins();
  if (plugins.every((plugin) => installed(plugin, state))) return true;
  if (state.remembered.noDownload) return false;
  try {
    await download(state, pulumi, signal);
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    state.remember({ noDownload: true });
    return false;
  }
}

/** Downloads those that are not installed, into a PULUMI_HOME in the user's cache, so that every sandbox finds them. */
async function download(state: State, pulumi: string, signal?: AbortSignal): Promise<void> {
  const env = { PULUMI_HOME: downloads(), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const work = async () => {
    for (const plugin of await wantedPlugins()) {
      if (installed(plugin, state)) continue;
      const { name, version } = plugin;
      // The engine takes an empty folder for an installed plugin.
      const args = ["plugin", "install", "resource", name, version, "--reinstall"];
      await exec(pulumi, args, { env, signal, seconds: DOWNLOAD_SECONDS });
      if (!installed(plugin, state)) throw new CommandFailed(`pulumi has not installed the plugin ${name} ${version}`);
    }
  };
  await withLock(join(cacheFolder(), "plugins.lock"), "the download of the provider plugins", work, signal);
}

/** Makes the sandbox's own folder of each genuine plugin: links to its files, wherever they are installed. */
async function linkGenuine(state: State, pulumi: string, signal?: AbortSignal): Promise<void> {
  await download(state, pulumi, signal);
  for (const plugin of await wantedPlugins()) {
    const from = installed(plugin, state)!;
    const to = pluginFolder(pulumiHome(state), plugin);
    if (from === to) continue;
    // To the files themselves: `from` may be another sandbox's folder of links, which goes with that sandbox. The engine
    // passes over a link to a folder.
    const partial = `${to}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    for (const file of readdirSync(from)) symlinkSync(realpathSync(join(from, file)), join(partial, file));
    await rm(to, { recursive: true, force: true });
    await rename(partial, to);
  }
}

/** Those that the SDKs ask for. */
const wantedPlugins = (): Promise<PluginVersion[]> =>
  Promise.all(PROVIDERS.map(async (name) => ({ name, version: await sdkVersion(name) })));

const downloads = () => join(cacheFolder(), "pulumi-home");
const pluginFolder = (home: string, { name, version }: PluginVersion) =>
  join(home, "plugins", `resource-${name}-v${version}`);

/**
 * The folder in which a genuine plugin is installed, whole. The sandbox's own comes first: in a shell that took over
 * `sandbox env` it is PULUMI_HOME too, and where the user's own was is not known any more.
 */
export function installed(plugin: PluginVersion, state: State): string | undefined {
  const userHome = join(homedir(), ".pulumi");
  return [pulumiHome(state), process.env.PULUMI_HOME || userHome, userHome, downloads()]
    .map((home) => pluginFolder(home, plugin))
    .find((folder) => isWhole(folder, plugin));
}

/** The engine leaves a file FOLDER.partial beside a plugin that it has not got whole; a mark tells the local ones. */
function isWhole(folder: string, { name }: PluginVersion): boolean {
  if (existsSync(`${folder}.partial`) || existsSync(join(folder, LOCAL_MARK))) return false;
  try {
    const executable = join(folder, `pulumi-resource-${name}`);
    accessSync(executable, constants.X_OK);
    // A link may lead to a file that is gone.
    return statSync(executable).size > 0 && readdirSync(folder).every((file) => existsSync(join(folder, file)));
  } catch {
    return false;
  }
}
