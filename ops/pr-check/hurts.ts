import { changedProperties, type StepEventMetadata } from "../preview";
import type { Kind } from "./kinds";
import { code } from "./markdown";

export interface Hurt {
  kind: Kind;
  /** What happens to whom, in one sentence of Markdown. */
  message: string;
}

/**
 * What hurts in the steps of a preview.
 *
 * @param nameOf the name of an Okta group, by its ID
 */
export function findHurts(steps: StepEventMetadata[], nameOf: (groupId: string) => string = (id) => id): Hurt[] {
  return steps.flatMap((step) => {
    const find = FINDERS[step.type];
    return find ? find(step, nameOf).map(([kind, message]) => ({ kind, message })) : [];
  });
}

type Finder = (step: StepEventMetadata, nameOf: (groupId: string) => string) => [Kind, string][];

const FINDERS: Record<string, Finder> = {
  "okta:app/oAuth:OAuth": app,
  "okta:index/appGroupAssignments:AppGroupAssignments": assignments,
  "okta:auth/serverPolicy:ServerPolicy": accessPolicy,
  "okta:auth/serverPolicyRule:ServerPolicyRule": accessRule,
  "random:index/randomPassword:RandomPassword": sessionSecret,
  "kubernetes:apps/v1:DeploymentPatch": restart,
};

function app(step: StepEventMetadata): [Kind, string][] {
  if (step.op === "delete") return [["app-replaced", "The OIDC app is deleted: nobody can sign in."]];
  const { before, after } = inputs(step);
  if (!before || !after) return [];
  const found: [Kind, string][] = [];
  if (step.op === "replace") {
    const because = step.keys?.length ? ` because of ${step.keys.map(code).join(", ")}` : "";
    found.push([
      "app-replaced",
      `The OIDC app is deleted and made anew${because}: sign-in fails in between, its client secret changes, and everybody has to sign in again.`,
    ]);
  }
  if (before.clientId !== after.clientId) {
    found.push([
      "client-id-changed",
      `The client ID is no longer ${code(before.clientId)}: everybody has to sign in again, and whatever else knows the old one stops working.`,
    ]);
  }
  for (const [uris, what, then] of [
    ["redirectUris", "sign-in", "a portal that still sends it cannot sign anybody in"],
    ["postLogoutRedirectUris", "sign-out", "a portal that still sends it gets an error page after sign-out"],
  ] as const) {
    for (const uri of removed(before[uris], after[uris])) {
      found.push(["redirect-uri-removed", `The ${what} redirect URI ${code(uri)} is removed: ${then}.`]);
    }
  }
  return found;
}

function assignments(step: StepEventMetadata, nameOf: (groupId: string) => string): [Kind, string][] {
  const { before, after } = inputs(step);
  const ids = (groups: unknown) => (Array.isArray(groups) ? (groups as { id: string }[]).map(({ id }) => id) : []);
  return removed(ids(before?.groups), ids(after?.groups)).map((id) => [
    "group-removed",
    `The members of ${code(nameOf(id))} can no longer sign in, unless another group lets them.`,
  ]);
}

function accessPolicy(step: StepEventMetadata): [Kind, string][] {
  const { before, after } = inputs(step);
  if (!before || before.authServerId === after?.authServerId) return [];
  return [["sessions-end", "Another authorization server issues the tokens: everybody has to sign in again."]];
}

function accessRule(step: StepEventMetadata): [Kind, string][] {
  const { before, after } = inputs(step);
  const shorter = (key: string, sentence: string): [Kind, string][] => {
    const [from, to] = [before?.[key], after?.[key]];
    if (typeof from !== "number" || typeof to !== "number" || to >= from) return [];
    return [["sessions-end", `${sentence} ${duration(to)} instead of ${duration(from)}.`]];
  };
  return [
    ...shorter("refreshTokenLifetimeMinutes", "A sign-in lasts at most"),
    ...shorter("refreshTokenWindowMinutes", "An unused sign-in ends after"),
  ];
}

function sessionSecret(step: StepEventMetadata): [Kind, string][] {
  if (step.op !== "replace" && step.op !== "delete") return [];
  return [["sessions-end", "The session secret changes: a sign-in that is under way fails."]];
}

function restart(step: StepEventMetadata): [Kind, string][] {
  if (step.op === "update" && !changedProperties(step).some((path) => path.startsWith("spec"))) return [];
  const { before, after } = inputs(step);
  const { name, namespace } = ((after ?? before)?.metadata ?? {}) as { name?: string; namespace?: string };
  return [["portal-restart", `Deployment ${code(`${namespace}/${name}`)} gets new pods.`]];
}

interface Inputs {
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

const inputs = ({ op, old, new: after }: StepEventMetadata): Inputs => ({
  before: old?.inputs,
  after: op === "delete" ? undefined : after?.inputs,
});

const removed = (before: unknown, after: unknown): string[] =>
  Array.isArray(before) ? (before as string[]).filter((value) => !(Array.isArray(after) && after.includes(value))) : [];

function duration(minutes: number): string {
  for (const [unit, length] of [
    ["day", 1440],
    ["hour", 60],
  ] as const) {
    if (minutes % length === 0) return plural(minutes / length, unit);
  }
  return plural(minutes, "minute");
}

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;
