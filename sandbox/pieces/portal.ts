import { join } from "node:path";
import type { Daemons } from "../processes/daemon";
import { committedAddresses } from "../engine/config";
import { oktaSocket, portalUrl } from "../env";
import { kubeconfigFile } from "../kubernetes/controlPlane";
import { applyPortals, localNamespace } from "../kubernetes/portals";
import { freePort, isListening } from "../processes/port";
import type { Programs } from "../programs/find";
import { CHECKOUT, State } from "./state";

/** The daemon that browsers talk to: a way to the portal's pods or, where there are none, the portal itself. */
export const portalDaemon = (state: State) => (state.settings.noNode ? "portal" : "ingress");

const kubeconfig = (state: State) => state.settings.kubeconfig ?? kubeconfigFile(state);

/**
 * Puts the portal of the stack `local` into the cluster, and opens the way to it on 127.0.0.1. It starts once there are
 * the Secret and the ConfigMap, which the stack makes.
 */
export async function startPortal(
  state: State,
  daemons: Daemons,
  { node, kubectl, portal }: Programs,
  signal: AbortSignal,
): Promise<string> {
  const name = portalDaemon(state);
  await daemons.stop(node ? "portal" : "ingress");
  if (!daemons.isRunning(name)) {
    // The address in the committed Pulumi.local.yaml is the one of the checkout's own sandbox.
    const own = state.folder === State.default ? Number(new URL(committedAddresses().portalUrl).port) : undefined;
    state.remember({ portalPort: await freePort(state.settings.portalPort, own) });
  }
  const url = portalUrl(state)!;
  const port = state.settings.portalPort!;
  const pods = node && {
    imageName: node.portalImage.name,
    oktaPort: state.settings.oktaPort!,
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
export async function leavePortalOut(
  state: State,
  daemons: Daemons,
  { kubectl }: Programs,
  signal: AbortSignal,
): Promise<string> {
  await Promise.all(["portal", "ingress"].map((name) => daemons.stop(name)));
  state.remember({ portalPort: undefined });
  await applyPortals(state, kubectl, kubeconfig(state), undefined, signal);
  return "No portal";
}
