import * as pulumi from "@pulumi/pulumi";
import type { ExistingObjects } from "./cluster";
import { type Mistake, refusal } from "./mistakes";

// Nothing foreign is taken over. What is a stack's own is told by an ID that its state keeps, which no rename of the stack
// changes and no other stack has: the provider applies objects under a field manager of that name.

const FIELD_MANAGER_PREFIX = "backstage-okta-sso-";

/** The field manager of a portal's objects in the cluster. */
export function fieldManagerOf(portalId: string): string {
  return FIELD_MANAGER_PREFIX + portalId;
}

/** The annotation that makes the Kubernetes provider apply an object under a field manager. */
export function appliedBy(fieldManager: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
  return { "pulumi.com/patchFieldManager": fieldManager };
}

/** As {@link appliedBy}, for what is a portal's alone: where somebody else has changed it, the change is taken back. */
export function ownedBy(fieldManager: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
  return { ...appliedBy(fieldManager), "pulumi.com/patchForce": "true" };
}

/** What is in the cluster already, and under which names. */
export interface NamedObjects extends Partial<ExistingObjects> {
  secretName: string;
  configMapName: string;
}

/**
 * Gives a portal's ID on when it is sure that nothing foreign would be overwritten; what needs the ID is not made before.
 *
 * @returns the ID, which never comes where something is foreign, and a promise that is rejected then
 */
export function unlessForeign(
  portalId: pulumi.Output<string>,
  existing: NamedObjects,
): { portalId: pulumi.Output<string>; checked: Promise<void> } {
  const checked = valueIfKnown(portalId).then((id) => {
    const mistakes = foreignObjects(existing, id);
    if (mistakes.length > 0) throw refusal(mistakes);
  });
  const isSure = new Promise<void>((resolve) => void checked.then(resolve, () => undefined));
  return { portalId: pulumi.all([portalId, isSure]).apply(([id]) => id), checked };
}

/**
 * The objects that are somebody else's: with `kubernetes:upsertExistingObjects`, without which an update that was killed
 * could not be run again, the provider would overwrite them, and delete them with the stack.
 *
 * @param portalId undefined while the stack has none, so that nothing can be its own
 */
export function foreignObjects(existing: NamedObjects, portalId: string | undefined): Mistake[] {
  const { secret, configMap, secretName, configMapName } = existing;
  const own = portalId ? ownManagers(existing, portalId) : [];
  const objects = [
    { key: "secretName", kind: "Secret", value: secretName, managers: secret },
    { key: "configMapName", kind: "ConfigMap", value: configMapName, managers: configMap },
  ];
  return objects.flatMap(({ key, kind, value, managers }): Mistake[] => {
    if (!managers || managers.some((manager) => own.includes(manager))) return [];
    const whose = [...new Set(managers)].join(", ") || "nobody in particular";
    const remedy = `is the name of a ${kind} that this stack did not make (its field managers: ${whose}): delete it, or choose another name`;
    return [{ key, value, remedy }];
  });
}

/**
 * Earlier versions applied under the name of the stack, which a rename changes: the manager of old is the one that applied
 * the Secret with this portal's client ID.
 */
function ownManagers({ secret = [], clientId }: NamedObjects, portalId: string): string[] {
  const former = clientId === portalId ? secret.filter((manager) => manager.startsWith(FIELD_MANAGER_PREFIX)) : [];
  return [fieldManagerOf(portalId), ...former];
}

/**
 * Whether the engine has a value already. In the preview of a resource that is about to be made it has none; otherwise the
 * resource is in the state.
 */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  // Not among the SDK's types, since programs rarely need it.
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

async function valueIfKnown<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (await isKnown(output))
    ? new Promise<T>((resolve) => void output.apply(resolve as (value: unknown) => void))
    : undefined;
}
