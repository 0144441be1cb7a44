import { importImage, NODE, removeNode, startContainerd, startKubelet } from "../kubernetes/node";
import { controlPlane } from "./controlPlane";
import type { Piece, StartContext } from "./piece";

/** The cluster's one node, where this machine can run pods. */
export const node: Piece = {
  name: "the node",
  daemons: (state) => (state.remembered.noNode ? [] : NODE),
  start,
  clean: async (state, daemons) => {
    if (!daemons.isRunning("node")) await removeNode(state);
  },
};

async function start({ state, daemons, programs, started, signal }: StartContext): Promise<string> {
  const { node, kubectl } = programs;
  if (!node) {
    await Promise.all(NODE.map((name) => daemons.stop(name)));
    await removeNode(state);
    return `No pods: ${state.remembered.noNode}`;
  }
  await startContainerd(state, daemons, node.runtime, signal);
  // Before the kubelet: a pod that finds no image waits for a while before it tries again.
  await importImage(daemons, node.runtime, node.portalImage, signal);
  await started(controlPlane);
  await startKubelet(state, daemons, kubectl, signal);
  return `Pods: with the image ${node.portalImage.name}`;
}
