import type { Props } from "../contract";
import { matches } from "../differences";
import type { Property } from "../schema";
import { appBody, appProps } from "./appBody";
import { appSchema, validateApp } from "./appSchema";
import { OktaError } from "./errors";
import type { Json, Okta } from "./okta";
import { setStatus, type Definition } from "./resource";

/** okta.app.OAuth: an OpenID Connect app. */
export const app: Definition = {
  noun: "OAuth app",
  schema: appSchema,
  validate: validateApp,

  async create(okta, inputs, made) {
    const body = appBody(inputs, undefined);
    const activate = inputs.status !== "INACTIVE";
    const listing = `/api/v1/apps?q=${encodeURIComponent(inputs.label as string)}&limit=200`;
    let created = await okta.create(`/api/v1/apps?activate=${activate}`, body, listing);
    const { id } = created as { id: string };
    // The groups claim is another call's business: until that is done, it does not count as there.
    made(id, { ...secretOf(created, inputs), groupsClaim: undefined });
    // A creation whose answer was lost is found again in a listing, which holds no secrets; an update's answer does.
    if (!credentialsOf(created).client_secret && usesSecret(inputs)) {
      created = await okta.put(`/api/v1/apps/${id}`, body);
    }
    await setGroupsClaim(okta, id, inputs);
    made(id, secretOf(created, inputs));
    await setAuthenticationPolicy(okta, id, inputs.authenticationPolicy, inputs);
  },

  async find(okta, id, props) {
    const found = await okta.find(`/api/v1/apps/${id}`);
    if (!found) return undefined;
    return {
      ...appProps(found),
      ...(await authenticationPolicy(okta, found, props)),
      ...(await groupsClaim(okta, id)),
    };
  },

  async update(okta, id, outputs, inputs) {
    const path = `/api/v1/apps/${id}`;
    if (outputs.status !== inputs.status) await setStatus(okta, path, inputs.status);
    const updated = await okta.put(path, appBody(inputs, outputs));
    const claim = appSchema.groupsClaim as Property;
    if (!matches(claim, outputs.groupsClaim, inputs.groupsClaim)) await setGroupsClaim(okta, id, inputs);
    await setAuthenticationPolicy(okta, id, inputs.authenticationPolicy ?? outputs.authenticationPolicy, inputs);
    return secretOf(updated, inputs);
  },

  async remove(okta, id, outputs) {
    // Okta deletes only what is inactive.
    if (outputs.status !== "INACTIVE") await okta.postIfThere(`/api/v1/apps/${id}/lifecycle/deactivate`);
    await okta.delete(`/api/v1/apps/${id}`);
  },

  // A secret that was left out of the state cannot be had from Okta again.
  replaces: (outputs, inputs) => (outputs.omitSecret && inputs.omitSecret === false ? ["omitSecret"] : []),
};

function credentialsOf(found: Json): Json {
  return ((found.credentials as Json | undefined)?.oauthClient ?? {}) as Json;
}

function usesSecret(inputs: Props): boolean {
  return (inputs.tokenEndpointAuthMethod as string).startsWith("client_secret") && !inputs.omitSecret;
}

/** The outputs that only a creation and an update tell. */
function secretOf(answer: Json, inputs: Props): Props {
  const { client_id, client_secret } = credentialsOf(answer);
  const clientSecret = inputs.omitSecret ? "" : client_secret;
  return { clientId: client_id, ...(clientSecret !== undefined && { clientSecret }) };
}

function idTokenPath(id: string): string {
  return `/api/v1/internal/apps/${id}/settings/oauth/idToken`;
}

/** Okta takes the claim through an endpoint of its console, which knows API tokens alone; else it is skipped, as ever. */
async function setGroupsClaim(okta: Okta, id: string, { groupsClaim, issuerMode }: Props): Promise<void> {
  if (okta.usesOAuth) {
    if (groupsClaim)
      okta.warn("groupsClaim is skipped: Okta takes it from an API token alone, not from OAuth 2.0 credentials.");
    return;
  }
  const { type, filterType, name, value } = (groupsClaim ?? {}) as Props;
  const valueType = type === "FILTER" ? "GROUPS" : type;
  await okta.post(idTokenPath(id), { issuerMode, valueType, groupFilterType: filterType, name, value });
}

async function groupsClaim(okta: Okta, id: string): Promise<Props> {
  if (okta.usesOAuth) return {};
  const claim = await okta.find(idTokenPath(id)).catch((error: unknown) => {
    // An administrator without the right to see it: the genuine provider takes that for no claim.
    if (error instanceof OktaError && error.status === 403) return undefined;
    throw error;
  });
  if (!claim?.name) return { groupsClaim: undefined };
  const { valueType, groupFilterType, name, value, issuerMode } = claim;
  const type = valueType === "GROUPS" && groupFilterType ? "FILTER" : valueType;
  return {
    groupsClaim: { type, ...(groupFilterType ? { filterType: groupFilterType } : {}), name, value, issuerMode },
  };
}

/** Assigns a policy to the app, or without one the org's own. Service apps and orgs on the Classic Engine have none. */
async function setAuthenticationPolicy(okta: Okta, id: string, policy: unknown, inputs: Props): Promise<void> {
  if (inputs.skipAuthenticationPolicy || inputs.type === "service") return;
  let policyId = policy as string | undefined;
  if (!policyId) {
    if (!(await okta.isIdentityEngine())) return;
    const policies = await okta.list("/api/v1/policies?type=ACCESS_POLICY");
    policyId = policies.find((each) => each.system)?.id as string | undefined;
    if (!policyId) throw new Error("the org has no default authentication policy (a system ACCESS_POLICY) to assign");
  }
  await okta.put(`/api/v1/apps/${id}/policies/${policyId}`);
}

async function authenticationPolicy(okta: Okta, found: Json, props: Props): Promise<Props> {
  if (props.skipAuthenticationPolicy) return { authenticationPolicy: "" };
  if (!(await okta.isIdentityEngine())) return {};
  const href = ((found._links as Json | undefined)?.accessPolicy as Json | undefined)?.href as string | undefined;
  return href ? { authenticationPolicy: href.split("/").pop() } : {};
}
