import { CONTROL_PLANE, kubeconfigFile, startControlPlane } from "../kubernetes/controlPlane";
import type { Piece, StartContext } from "./piece";
import type { State } from "./state";

/** The kubeconfig of the cluster's administrator: the sandbox's own, or that of the cluster that is used instead. */
export function kubeconfig(state: State): string {
  return state.remembered.kubeconfig ?? kubeconfigFile(state);
}

const DAEMONS = CONTROL_PLANE.map(({ name }) => name);

/** etcd, the API server, the controller manager and the scheduler, unless there is another cluster. */
export const controlPlane: Piece = {
  name: "Kubernetes",
  daemons: (state) => (state.remembered.kubeconfig ? [] : DAEMONS),
  start,
  addresses: (state) => {
    const { kubeconfig: other, apiServerPort } = state.remembered;
    return { kubernetes: other || apiServerPort ? { kubeconfig: kubeconfig(state) } : undefined };
  },
  environment: (state) => ({
    KUBECONFIG: kubeconfig(state),
    KUBECACHEDIR: state.path("kubernetes", "cache"),
  }),
};

async function start({ state, daemons, programs, signal }: StartContext): Promise<string> {
  if (state.remembered.kubeconfig) {
    await Promise.all(DAEMONS.map((name) => daemons.stop(name)));
    return `Kubernetes: the cluster of ${state.remembered.kubeconfig}`;
  }
  await startControlPlane(state, daemons, programs.kubectl, signal);
  return `Kubernetes: https://127.0.0.1:${state.remembered.apiServerPort}`;
}
