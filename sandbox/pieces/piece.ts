import type { Daemons } from "../processes/daemon";
import type { Programs } from "../programs/find";
import type { PluginSet, State } from "./state";

/** What a command needs to work against a sandbox: variables to set or, where undefined, to take away. */
export type Environment = Record<string, string | undefined>;

/** Where a sandbox is, as far as it has come up, and what its pieces are. */
export interface Addresses {
  okta?: { url: string };
  kubernetes?: { kubeconfig: string };
  /** The portal of the stack `local`; without pods it is a process. */
  portal?: { url: string; pods: boolean; whyNoPods?: string };
  plugins?: PluginSet;
}

export interface StartContext {
  state: State;
  daemons: Daemons;
  programs: Programs;
  /** Whether the portal of the stack `local` is wanted. */
  portal: boolean;
  /** Waits until another piece has been started. */
  started: (piece: Piece) => Promise<unknown>;
  signal: AbortSignal;
}

export interface Piece {
  /** Such as "the local Okta". */
  name: string;
  /** The names of the daemons that it should be running. */
  daemons: (state: State) => readonly string[];
  /** Whether it does what takes no daemon. @default it does */
  isReady?: (state: State) => boolean;
  /** Starts it, as far as it is not running, and returns a line that says what there is now. */
  start: (context: StartContext) => Promise<string>;
  /** Takes away what is left of it, once its daemons have ended. */
  clean?: (state: State, daemons: Daemons) => Promise<void>;
  addresses?: (state: State) => Addresses;
  /** Its part of the environment of plain `pulumi`, `kubectl` and so on. */
  environment?: (state: State, options: EnvironmentOptions) => Environment;
}

export interface EnvironmentOptions {
  /** Give the Okta provider the service app's private key instead of an API token. @default false */
  oauth2?: boolean;
}
