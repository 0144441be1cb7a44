import { type AccessPolicy, clientsOf, type OtherPolicy } from "../okta/accessPolicies";
import type { Change } from "../change";
import type { InTheWay } from "../okta/inTheWay";
import type { SecretFinding } from "../okta/secretHealth";
import { quoted } from "../plainText";
import { resourceName, type StepEventMetadata } from "../preview";
import { TYPES } from "../resourceTypes";
import type { Disruption } from "../signIn/kinds";
import type { Remedy } from "./findDrift";

/** What the next update puts right by itself. */
export const bringUp = (stack: string): Remedy => ({
  text: "Put back what was changed, and bring up what was not:",
  commands: [`pulumi up --stack ${stack} --refresh`],
});

/** The Kubernetes provider forces an object of the stack's own in an update, but not in its preview. */
export const bringUpUnseen = (stack: string): Remedy => ({
  text: "Put back what was changed, and bring up what was not. A preview stops at the field that somebody else has set, so there is none:",
  commands: [`pulumi up --stack ${stack} --refresh --yes --skip-preview`],
});

/**
 * What is gone, but not for its provider, which fails to read it: neither a refresh nor an update gets over that. The
 * state takes note that it is deleted, as of one that is half-way through a replacement, and an update makes it anew.
 */
export const makeAnew = (stack: string, { urn }: StepEventMetadata): Remedy => ({
  text: `${quoted(resourceName(urn))} is gone, and its provider can only say that. Note that in the state, so that it is made anew:`,
  commands: [
    `pulumi stack export --stack ${stack} | jq '(.deployment.resources[] | select(.urn == "${urn}")) += {pendingReplacement: true, protect: false}' | pulumi stack import --stack ${stack}`,
  ],
});

/** Pulumi takes up what is in the way; an update then makes it what the checkout says. */
export function takeUp(stack: string, { resource, urn, type, parent, importId, path }: InTheWay): Remedy {
  const there = `${quoted(resource)} is in Okta already, as ${quoted(importId)}, but not in the state: an update fails since its name exists.`;
  if (type === TYPES.app) {
    // Okta tells its client secret only to who makes it, so that the portal would get none.
    const text = `${there} Nobody uses it yet, and its secret is lost. Delete it in Okta (${quoted(`POST ${path}/lifecycle/deactivate`)}, then ${quoted(`DELETE ${path}`)}).`;
    return { text, commands: [] };
  }
  const name = urn.split("::").at(-1);
  return {
    text: `${there} Delete it in Okta (${quoted(`DELETE ${path}`)}), or take it up:`,
    commands: [
      `pulumi import --stack ${stack} '${type}' '${name}' '${importId}' --parent 'parent=${parent}' --protect=false --generate-code=false`,
    ],
  };
}

/** A client secret that somebody added, or retired, in Okta: the state does not know of any. */
export const secretChange = ({ kind, cause }: SecretFinding): Change => ({
  resource: `client secret: ${cause}`,
  operation: kind === "other" ? "create" : "delete",
  properties: [],
});

/** A rotation goes on with one that was interrupted, and refuses what is somebody else's, by its name. */
export const rotate = (stack: string): Remedy => ({
  text: "Change the client secret while people go on working. A second one that is not of a rotation is to be deleted in Okta first:",
  commands: [`npm run rotate -- --stack ${stack} --client-secret`],
});

/** What another access policy does to people. */
export const policyDisruption = ({ policy, isFirst }: OtherPolicy): Disruption => ({
  kind: "protection-weakened",
  message: `The access policy ${quoted(policy.name)} (${quoted(policy.id)}), which is for ${clientsOf(policy)}, ${
    isFirst
      ? "is asked before this stack's own: its rules decide what people's tokens hold and how long they last."
      : "allows what this stack's own does not."
  }`,
});

/** Nobody but who made it knows what it is for. */
export const deactivate = (serverId: string, { id, name }: AccessPolicy): Remedy => ({
  text: `The access policy ${quoted(name)} is not this stack's. Deactivate it in Okta, or limit it to other clients: ${quoted(
    `POST /api/v1/authorizationServers/${serverId}/policies/${id}/lifecycle/deactivate`,
  )}`,
  commands: [],
});
