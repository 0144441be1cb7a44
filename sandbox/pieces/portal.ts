import { join } from "node:path";
import { committedAddresses } from "../engine/config";
import { applyPortals, localNamespace } from "../kubernetes/portals";
import { freePort, isListening } from "../processes/port";
import { controlPlane, kubeconfig } from "./controlPlane";
import { okta, oktaSocket } from "./okta";
import type { Piece, StartContext } from "./piece";
import { CHECKOUT, State } from "./state";

/** Where a browser finds the portal, if the sandbox has one. */
export function portalUrl(state: State): string | undefined {
  const { portalPort } = state.remembered;
  return portalPort === undefined ? undefined : `http://127.0.0.1:${portalPort}`;
}

/** The portal of the stack `local`, in pods or as a process. */
export const portal: Piece = {
  name: "the portal",
  daemons: (state) => (portalUrl(state) ? [daemonName(state)] : []),
  start: async (context) => {
    await Promise.all([okta, controlPlane].map(context.started));
    return context.portal ? start(context) : leaveOut(context);
  },
  addresses: (state) => {
    const { noNode } = state.remembered;
    const url = portalUrl(state);
    return { portal: url ? { url, pods: !noNode, whyNoPods: noNode } : undefined };
  },
};

/** The daemon that browsers talk to: a way to the portal's pods or, where there are none, the portal itself. */
const daemonName = (state: State) => (state.remembered.noNode ? "portal" : "ingress");

/**
 * Puts the portal of the stack `local` into the cluster, and opens the way to it on 127.0.0.1. It starts once there are
 * the Secret and the ConfigMap, which the stack makes.
 */
async function start({ state, daemons, programs, signal }: StartContext): Promise<string> {
  const { node, kubectl, portal } = programs;
  const name = daemonName(state);
  await daemons.stop(node ? "portal" : "ingress");
  if (!daemons.isRunning(name)) {
    // The address in the committed Pulumi.local.yaml is the one of the checkout's own sandbox.
    const own = state.folder === State.default ? Number(new URL(committedAddresses().portalUrl).port) : undefined;
    state.remember({ portalPort: await freePort(state.remembered.portalPort, own) });
  }
  const url = portalUrl(state)!;
  const port = state.remembered.portalPort!;
  const pods = node && {
    imageName: node.portalImage.name,
    oktaPort: state.remembered.oktaPort!,
    oktaSocket: oktaSocket(state),
  };
  await applyPortals(state, kubectl, kubeconfig(state), { portalUrl: url, pods }, signal);
  const script = (file: string) => ["-r", "ts-node/register", join(CHECKOUT, "sandbox", file)];
  const where = ["--namespace", localNamespace(), "--port", String(port)];
  const args = node
    ? [...script("kubernetes/ingress.ts"), ...where, "--service", "backstage"]
    : [...script("portal/process.ts"), ...where, "--portal", portal.folder];
  const env = { KUBECONFIG: kubeconfig(state) };
  await daemons.start({ name, file: process.execPath, args, cwd: CHECKOUT, env });
  await daemons.ready([name], () => isListening(port), { seconds: 60, signal });
  return `Portal: ${url}`;
}

/** Leaves the portals in the cluster without pods. */
async function leaveOut({ state, daemons, programs, signal }: StartContext): Promise<string> {
  await Promise.all(["portal", "ingress"].map((name) => daemons.stop(name)));
  state.remember({ portalPort: undefined });
  await applyPortals(state, programs.kubectl, kubeconfig(state), undefined, signal);
  return "No portal";
}
