import { randomBytes } from "node:crypto";
import { UNKNOWN, isObject, type CheckFailure, type Props } from "../contract";
import type { Kind } from "./kinds";
import { ANNOTATIONS, annotation, normalize } from "./objects";

/**
 * A Pulumi program's inputs with what it left out: apiVersion, kind, name and namespace; and what is wrong with them.
 *
 * @param olds the inputs of an earlier run, whose autoname stays
 * @param defaultNamespace asked only if the Pulumi program names none
 */
export async function checkInputs(
  kind: Kind,
  news: Props,
  olds: Props | undefined,
  urn: string,
  defaultNamespace: () => Promise<string | undefined>,
): Promise<{ inputs: Props; failures: CheckFailure[] }> {
  const inputs = normalize({ apiVersion: kind.apiVersion, kind: kind.kind, ...news });
  const failures = stringFailures(kind, news);
  if (inputs.metadata === UNKNOWN) return { inputs, failures };

  const metadata: Props = isObject(inputs.metadata) ? inputs.metadata : {};
  if (metadata.generateName !== undefined) {
    failures.push({ property: "metadata.generateName", reason: "Server-side apply needs a name: leave it out." });
  }
  if (metadata.name === undefined && kind.patch) {
    failures.push({ property: "metadata.name", reason: "A Patch resource needs the name of an existing object." });
  } else if (metadata.name === undefined) {
    metadata.name = autoname(urn, olds);
    if (metadata.annotations !== UNKNOWN) {
      metadata.annotations = { ...(metadata.annotations as Props | undefined), [ANNOTATIONS.autonamed]: "true" };
    }
  }
  if (kind.namespaced && metadata.namespace === undefined) metadata.namespace = await defaultNamespace();
  return { inputs: { ...inputs, metadata }, failures };
}

/** The autoname that the resource has, or its name with eight hex digits. */
function autoname(urn: string, olds: Props | undefined): unknown {
  if (olds && annotation(olds, "autonamed") === "true" && isObject(olds.metadata)) return olds.metadata.name;
  return `${urn.split("::").at(-1)}-${randomBytes(4).toString("hex")}`;
}

/** Values that the API server would refuse too, but with the value itself in its message. */
function stringFailures(kind: Kind, news: Props): CheckFailure[] {
  return (kind.stringMaps ?? []).flatMap((property) => {
    const map = news[property];
    if (!isObject(map)) return [];
    return Object.entries(map)
      .filter(([, value]) => typeof value !== "string")
      .map(([key, value]) => ({
        property: `${property}["${key}"]`,
        reason: `must be a string, not a ${typeof value}`,
      }));
  });
}

/** Annotations that controllers and kubectl write. */
const NO_INPUTS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/** The inputs that would make the object that is there. */
export function importInputs(kind: Kind, live: Props): Props {
  const inputs = Object.fromEntries(Object.entries(live).filter(([key]) => kind.inputs.includes(key)));
  const metadata = inputs.metadata as Props;
  const annotations = Object.entries((metadata.annotations ?? {}) as Props).filter(([key]) => !NO_INPUTS.includes(key));
  return normalize({ ...inputs, metadata: { ...metadata, annotations: Object.fromEntries(annotations) } });
}
