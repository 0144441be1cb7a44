import type { KubernetesObject, V1Deployment } from "@kubernetes/client-node";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { OVERLAY_FILE } from "../../../components/portal";
import { fillIn, type PortalOptions } from "../../../sandbox/portal/manifests";

const FOLDER = resolve(__dirname, "../../../sandbox/portal/kubernetes");

const read = (name: string) => parse(readFileSync(resolve(FOLDER, name), "utf8")) as KubernetesObject;
const without: PortalOptions = { namespace: "team-a", portalUrl: "http://127.0.0.1:7007" };

/** The Deployment that these files are, filled in. */
function deployment(options: PortalOptions, ...files: [string, ...string[]]): V1Deployment {
  const [first, ...patches] = files.map(read) as [V1Deployment, ...V1Deployment[]];
  const pod = first.spec!.template.spec!;
  for (const { spec } of patches) {
    const patch = spec!.template.spec!;
    pod.initContainers = [...(pod.initContainers ?? []), ...patch.initContainers!];
    pod.volumes!.push(...patch.volumes!);
  }
  return fillIn([first], options)[0] as V1Deployment;
}

describe("the portal's manifests", () => {
  it("are all in the namespace that is asked for", () => {
    const objects = fillIn([read("base/deployment.yaml"), read("base/service.yaml")], without);
    expect(objects.map(({ metadata }) => metadata?.namespace)).toEqual(["team-a", "team-a"]);
  });

  it("have no replicas where no pod can run", () => {
    expect(deployment(without, "base/deployment.yaml").spec?.replicas).toBe(0);
  });

  it("give the pod its image, the portal's address, and the local Okta's port and socket", () => {
    const pods = { imageName: "localhost/portal:1", oktaPort: 4711, oktaSocket: "/var/sandbox/socket/o.sock" };
    const files = ["base/deployment.yaml", "sandbox/okta.yaml", "sandbox/database.yaml"] as const;
    const { spec } = deployment({ ...without, pods }, ...files);
    const { containers, initContainers = [], volumes = [] } = spec!.template.spec!;
    expect(spec?.replicas).toBe(1);
    expect(new Set([...initContainers, ...containers].map(({ image }) => image))).toEqual(new Set([pods.imageName]));
    expect(containers[0]?.env).toContainEqual({ name: "PORTAL_URL", value: without.portalUrl });
    expect(initContainers[0]?.env).toEqual([
      { name: "OKTA_PORT", value: "4711" },
      { name: "OKTA_SOCKET", value: "/okta/o.sock" },
    ]);
    expect(volumes.find(({ name }) => name === "okta-socket")?.hostPath?.path).toBe("/var/sandbox/socket");
  });

  it("mount the overlay of the stack, and give it as the last config", () => {
    const [container] = deployment(without, "base/deployment.yaml").spec!.template.spec!.containers;
    expect(container?.args?.slice(-2)).toEqual(["--config", OVERLAY_FILE]);
    expect(container?.volumeMounts).toContainEqual(expect.objectContaining({ subPath: OVERLAY_FILE, readOnly: true }));
  });

  it.each(["base/deployment.yaml", "sandbox/okta.yaml", "sandbox/database.yaml"])(
    "%s gives no container a right that it does not need",
    (file) => {
      const pod = (read(file) as V1Deployment).spec!.template.spec!;
      const own = [...(pod.initContainers ?? []), ...(pod.containers ?? [])].filter(({ image }) => image);
      for (const { securityContext } of own)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
    },
  );
});
