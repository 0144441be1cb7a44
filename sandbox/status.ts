import { PIECES } from "./pieces";
import type { Addresses } from "./pieces/piece";
import type { State } from "./pieces/state";
import { Daemons } from "./processes/daemon";

/** What a sandbox is made of, and whether it runs. */
export interface Status extends Addresses {
  /** Whether everything that it should run is running. */
  up: boolean;
  state: string;
  processes: Record<string, "running" | "ended">;
}

export function status(state: State): Status {
  const daemons = new Daemons(state);
  const wanted = PIECES.flatMap((piece) => piece.daemons(state));
  const names = new Set([...daemons.names, ...wanted]);
  const processes = [...names].map((name) => [name, daemons.isRunning(name) ? "running" : "ended"] as const);
  return {
    up: PIECES.every((piece) => piece.isReady?.(state) ?? true) && wanted.every((name) => daemons.isRunning(name)),
    state: state.folder,
    ...(Object.assign({}, ...PIECES.map((piece) => piece.addresses?.(state))) as Addresses),
    processes: Object.fromEntries(processes),
  };
}

export function describe({ up, state, okta, kubernetes, portal, plugins, processes }: Status): string {
  const lines = [
    ["Sandbox", `${up ? "up" : "not up"} (${state})`],
    ["Okta", okta?.url],
    ["Kubernetes", kubernetes?.kubeconfig],
    ["Portal", portal && describePortal(portal)],
    ["Plugins", plugins],
    [
      "Processes",
      Object.entries(processes)
        .map(([name, is]) => `${name} ${is}`)
        .join(", "),
    ],
  ];
  return lines
    .filter(([, value]) => value)
    .map(([name, value]) => `${name?.padEnd(12)}${value}`)
    .join("\n");
}

/** The portal's address, and what it runs as. */
export function describePortal({ url, pods, whyNoPods }: NonNullable<Status["portal"]>): string {
  return `${url} (${pods ? "in a pod" : `a process: ${whyNoPods}`})`;
}
