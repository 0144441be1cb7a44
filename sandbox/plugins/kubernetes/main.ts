import { version } from "@pulumi/kubernetes/package.json";
import { serve } from "../server";
import { Cluster } from "./cluster";
import { KINDS } from "./kinds";
import { KubernetesResource, type Configured } from "./resource";
import { readConfig } from "./config";

let configured: Configured | undefined;

function current(): Configured {
  if (!configured) throw new Error("The local kubernetes plugin was used before it was configured.");
  return configured;
}

serve({
  name: "kubernetes",
  version,
  configure(given) {
    const config = readConfig(given);
    configured = { config, cluster: new Cluster(config) };
  },
  resources: Object.fromEntries(
    Object.entries(KINDS).map(([token, kind]) => [token, new KubernetesResource(kind, current)] as const),
  ),
  functions: {},
});
