import { fieldManagerOf, forcesDryRun, takeOver } from "../../../sandbox/plugins/kubernetes/fieldManagers";
import type { KubernetesObject, ManagedFieldsEntry } from "../../../sandbox/plugins/kubernetes/objects";

const annotated = { metadata: { annotations: { "pulumi.com/patchFieldManager": "backstage-okta-sso" } } };

it("the annotation names the field manager, else the state, else it is a new one", () => {
  expect(fieldManagerOf(annotated, { __fieldManager: "pulumi-kubernetes-0" })).toBe("backstage-okta-sso");
  expect(fieldManagerOf({}, { __fieldManager: "pulumi-kubernetes-0" })).toBe("pulumi-kubernetes-0");
  expect(fieldManagerOf({})).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  expect(fieldManagerOf({})).not.toBe(fieldManagerOf({}));
});

const object = (...managedFields: ManagedFieldsEntry[]): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { managedFields },
});
const entry = (manager: string, operation: "Apply" | "Update", ...keys: string[]): ManagedFieldsEntry => ({
  manager,
  operation,
  fieldsV1: { "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
});

it("what was created becomes the field manager's own", () => {
  expect(takeOver(object(entry("pulumi-kubernetes-1", "Update", "a")), "pulumi-kubernetes-1")).toEqual([
    entry("pulumi-kubernetes-1", "Apply", "a"),
  ]);
});

it("what was edited with kubectl joins the fields that the field manager has", () => {
  const mine = entry("pulumi-kubernetes-1", "Apply", "a");
  const edited = entry("kubectl-edit", "Update", "a", "b");
  const theirs = entry("argocd", "Apply", "c");
  expect(takeOver(object(mine, edited, theirs), "pulumi-kubernetes-1")).toEqual([
    theirs,
    entry("pulumi-kubernetes-1", "Apply", "a", "b"),
  ]);
});

it("fields of other managers, and of the status, are left to them", () => {
  const status: ManagedFieldsEntry = { ...entry("kubectl-edit", "Update", "a"), subresource: "status" };
  expect(takeOver(object(entry("argocd", "Update", "a"), status), "pulumi-kubernetes-1")).toBeUndefined();
});

it("a dry run takes over what Pulumi's older ways have, and nothing of kubectl's or others'", () => {
  expect(forcesDryRun(object(entry("pulumi-kubernetes", "Update", "a")))).toBe(true);
  expect(forcesDryRun(object(entry("kubectl-patch", "Update", "a"), entry("argocd", "Apply", "b")))).toBe(false);
});
