import { join } from "node:path";
import { exec } from "../exec";

const PORTALS = join(__dirname, "portals.yaml");

/** Whether the API server says that it is ready to serve, and takes the kubeconfig's credentials. */
export async function ready(kubectl: string, kubeconfig: string, signal?: AbortSignal): Promise<boolean> {
  const args = ["--kubeconfig", kubeconfig, "--request-timeout=5s", "get", "--raw", "/readyz"];
  return (await exec(kubectl, args, { signal })) === "ok";
}

/**
 * Puts the portals' namespaces and Deployments into the cluster, and waits until its controller manager has acted on
 * them.
 *
 * @throws if a Deployment is there already and another field manager owns what this would change
 */
export async function applyPortals(kubectl: string, kubeconfig: string, signal?: AbortSignal): Promise<void> {
  const run = (...args: string[]) => exec(kubectl, ["--kubeconfig", kubeconfig, ...args], { signal });
  await run("apply", "--server-side", "--field-manager=sandbox", "--filename", PORTALS);
  const selector = "--selector=app.kubernetes.io/managed-by=sandbox";
  await run("wait", "deployment", "--all-namespaces", selector, "--for=condition=Available", "--timeout=60s");
}
