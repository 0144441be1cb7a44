import { exec } from "../processes/exec";

/** Whether the API server says that it is ready to serve, and takes the kubeconfig's credentials. */
export async function ready(kubectl: string, kubeconfig: string, signal?: AbortSignal): Promise<boolean> {
  const args = ["--kubeconfig", kubeconfig, "--request-timeout=5s", "get", "--raw", "/readyz"];
  return (await exec(kubectl, args, { signal })) === "ok";
}
