import { Daemons } from "./processes/daemon";
import { oktaUrl, portalUrl } from "./env";
import { CONTROL_PLANE, kubeconfigFile } from "./kubernetes/controlPlane";
import { NODE } from "./kubernetes/node";
import { portalDaemon } from "./pieces/portal";
import type { PluginSet, State } from "./pieces/state";

/** What a sandbox is made of, and whether it runs. */
export interface Status {
  /** Whether everything that it should run is running. */
  up: boolean;
  state: string;
  okta?: { url: string };
  kubernetes?: { kubeconfig: string };
  /** The portal of the stack `local`; without pods it is a process. */
  portal?: { url: string; pods: boolean; whyNoPods?: string };
  plugins?: PluginSet;
  processes: Record<string, "running" | "ended">;
}

export function status(state: State): Status {
  const daemons = new Daemons(state);
  const { oktaPort, plugins, kubeconfig, apiServerPort, noNode } = state.settings;
  const url = portalUrl(state);
  const wanted = [
    "okta",
    ...(kubeconfig ? [] : CONTROL_PLANE),
    ...(noNode ? [] : NODE),
    ...(url ? [portalDaemon(state)] : []),
  ];
  const names = new Set([...daemons.names, ...wanted]);
  const processes = [...names].map((name) => [name, daemons.isRunning(name) ? "running" : "ended"] as const);
  return {
    // The plugins come last, so without them no `up` has got to its end.
    up: plugins !== undefined && wanted.every((name) => daemons.isRunning(name)),
    state: state.folder,
    okta: oktaPort ? { url: oktaUrl(state) } : undefined,
    kubernetes: kubeconfig || apiServerPort ? { kubeconfig: kubeconfig ?? kubeconfigFile(state) } : undefined,
    portal: url ? { url, pods: !noNode, whyNoPods: noNode } : undefined,
    plugins,
    processes: Object.fromEntries(processes),
  };
}

/** The status for a person to read. */
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
