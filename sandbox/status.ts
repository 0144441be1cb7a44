import { Daemons } from "./daemon";
import { oktaUrl } from "./env";
import { CONTROL_PLANE, kubeconfigFile } from "./kubernetes/controlPlane";
import { NODE } from "./kubernetes/node";
import type { PluginSet, State } from "./state";

/** What a sandbox is made of, and whether it runs. */
export interface Status {
  /** Whether everything that it should run is running. */
  up: boolean;
  state: string;
  okta?: { url: string };
  kubernetes?: { kubeconfig: string };
  plugins?: PluginSet;
  processes: Record<string, "running" | "ended">;
}

export function status(state: State): Status {
  const daemons = new Daemons(state);
  const { oktaPort, plugins, kubeconfig, apiServerPort, noNode } = state.settings;
  const wanted = ["okta", ...(kubeconfig ? [] : CONTROL_PLANE), ...(noNode ? [] : NODE)];
  const names = new Set([...daemons.names, ...wanted]);
  const processes = [...names].map((name) => [name, daemons.isRunning(name) ? "running" : "ended"] as const);
  return {
    // The plugins come last, so without them no `up` has got to its end.
    up: plugins !== undefined && wanted.every((name) => daemons.isRunning(name)),
    state: state.folder,
    okta: oktaPort ? { url: oktaUrl(state) } : undefined,
    kubernetes: kubeconfig || apiServerPort ? { kubeconfig: kubeconfig ?? kubeconfigFile(state) } : undefined,
    plugins,
    processes: Object.fromEntries(processes),
  };
}

/** The status for a person to read. */
export function describe({ up, state, okta, kubernetes, plugins, processes }: Status): string {
  const lines = [
    ["Sandbox", `${up ? "up" : "not up"} (${state})`],
    ["Okta", okta?.url],
    ["Kubernetes", kubernetes?.kubeconfig],
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
