import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The checkout that this file is in. */
export const CHECKOUT = resolve(__dirname, "../..");

/** Which provider plugins the engine gets: Pulumi's own, or those of sandbox/plugins. */
export type PluginSet = "genuine" | "local";

/** What a sandbox remembers from one `up` to the next. */
export interface Remembered {
  /** The local Okta's port: it is part of every issuer, so it stays. */
  oktaPort?: number;
  etcdPort?: number;
  apiServerPort?: number;
  kubeletPort?: number;
  /** The portal's port on 127.0.0.1; not there while the sandbox has no portal. */
  portalPort?: number;
  /** The file of an existing cluster that is used instead of a control plane of the sandbox's own. */
  kubeconfig?: string;
  /** Why no pod can run here, if none can: the portal is a process then. */
  noNode?: string;
  /** The set that --plugins asked for. */
  wantedPlugins?: PluginSet;
  /** The set that the last `up` put into PULUMI_HOME. */
  plugins?: PluginSet;
  /** The genuine plugins could not be downloaded: not tried again. */
  noDownload?: boolean;
}

/** The folder in which a sandbox keeps everything: data, certificates, logs, records of its processes. */
export class State {
  readonly folder: string;

  /** @param folder the checkout's own sandbox by default */
  constructor(folder: string = State.default) {
    this.folder = resolve(folder);
  }

  static readonly default = join(CHECKOUT, ".sandbox");

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  get remembered(): Remembered {
    try {
      return JSON.parse(readFileSync(this.path("settings.json"), "utf8")) as Remembered;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw new Error(`${this.path("settings.json")} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Remembers these things beside those that it does already; undefined takes one out. */
  remember(what: Remembered): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeWhole(this.path("settings.json"), JSON.stringify({ ...this.remembered, ...what }, undefined, 2));
  }
}

/** Writes a file that is either there whole or not at all, readable by its owner only. */
export function writeWhole(path: string, content: string): void {
  const partial = `${path}.partial`;
  writeFileSync(partial, content, { mode: 0o600 });
  renameSync(partial, path);
}
