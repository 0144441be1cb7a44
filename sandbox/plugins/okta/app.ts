import type { Props } from "../contract";
import { changes, matches } from "../differences";
import { appBody } from "./appBody";
import { appFields } from "./appFields";
import { validateApp } from "./appRules";
import { step } from "./errors";
import { propsOf, type Field, type Json } from "./fields";
import type { Okta } from "./okta";
import type { Definition } from "./resource";

/** How long a deactivation and a deletion are tried again, whatever Okta says against them. */
const DEACTIVATE_SECONDS = 20;
const DELETE_SECONDS = 30;

/** okta.app.OAuth: an OpenID Connect app. */
export const app: Definition = {
  fields: appFields,
  validate: validateApp,

  async create(okta, inputs, onCreated) {
    const activate = inputs.status !== "INACTIVE";
    const created = await step(
      "failed to create OAuth application",
      okta.saying("status").post(`/api/v1/apps?activate=${activate}`, appBody(inputs, undefined)),
    );
    const id = created.id as string;
    // The groups claim is another call's business: until that is done, it does not count as there.
    onCreated(id, { ...secretOf(created, inputs), groupsClaim: undefined });
    await setGroupsClaim(okta, id, inputs);
    onCreated(id, secretOf(created, inputs));
    if (inputs.type !== "service") await setAuthenticationPolicy(okta, id, inputs.authenticationPolicy, inputs);
  },

  async find(okta, id, props) {
    const found = await step("failed to get OAuth application", okta.saying("status").get(`/api/v1/apps/${id}`));
    const logo = ((found._links as Json | undefined)?.logo as Json[] | undefined)?.[0];
    return {
      ...propsOf(appFields, found),
      logoUrl: logo?.href,
      ...(await authenticationPolicy(okta, found, props)),
      ...(await groupsClaim(okta, id)),
    };
  },

  async update(okta, id, outputs, inputs) {
    const path = `/api/v1/apps/${id}`;
    if (outputs.status !== inputs.status) {
      await okta.post(`${path}/lifecycle/${inputs.status === "ACTIVE" ? "activate" : "deactivate"}`);
    }
    if (!changes(appFields, outputs, inputs).some((change) => change.path !== "status")) return;
    const updated = await step(
      "failed to update OAuth application",
      okta.saying("status").put(path, appBody(inputs, outputs)),
    );
    const claim = appFields.groupsClaim as Field;
    if (!matches(claim, outputs.groupsClaim, inputs.groupsClaim)) await setGroupsClaim(okta, id, inputs);
    await setAuthenticationPolicy(okta, id, inputs.authenticationPolicy ?? outputs.authenticationPolicy, inputs);
    return secretOf(updated, inputs);
  },

  async remove(okta, id, outputs) {
    const path = `/api/v1/apps/${id}`;
    await step(
      "failed to delete OAuth application",
      (async () => {
        // Okta deletes only what is inactive.
        if (outputs.status !== "INACTIVE") {
          await okta.retryFor(DEACTIVATE_SECONDS, () => okta.post(`${path}/lifecycle/deactivate`));
        }
        await okta.retryFor(DELETE_SECONDS, () => okta.delete(path));
      })(),
    );
  },

  // A secret that was left out of the state cannot be had from Okta again.
  replaces: (outputs, inputs) => (outputs.omitSecret && inputs.omitSecret === false ? ["omitSecret"] : []),
};

/** The outputs that only a creation and an update tell. */
function secretOf(answer: Json, inputs: Props): Props {
  const { client_id, client_secret } = (answer.credentials as { oauthClient: Json }).oauthClient;
  const clientSecret = inputs.omitSecret ? "" : client_secret;
  return { clientId: client_id, ...(clientSecret !== undefined && { clientSecret }) };
}

function idTokenPath(id: string): string {
  return `/api/v1/internal/apps/${id}/settings/oauth/idToken`;
}

/** Okta takes the claim through an endpoint of its console, which knows API tokens alone; else it is skipped, in silence. */
async function setGroupsClaim(okta: Okta, id: string, { groupsClaim, issuerMode }: Props): Promise<void> {
  if (okta.usesOAuth) return;
  const { type, filterType, name, value } = (groupsClaim ?? {}) as Props;
  const valueType = type === "FILTER" ? "GROUPS" : type;
  await step(
    "failed to update groups claim for an OAuth application",
    okta.post(idTokenPath(id), { issuerMode, valueType, groupFilterType: filterType, name, value }),
  );
}

async function groupsClaim(okta: Okta, id: string): Promise<Props> {
  if (okta.usesOAuth) return {};
  // The genuine provider takes any error for no claim.
  const claim = await okta.get(idTokenPath(id)).catch((): Json => ({}));
  if (!claim.name) return { groupsClaim: undefined };
  const { valueType, groupFilterType, name, value, issuerMode } = claim;
  const type = valueType === "GROUPS" && groupFilterType ? "FILTER" : valueType;
  return {
    groupsClaim: { type, ...(groupFilterType ? { filterType: groupFilterType } : {}), name, value, issuerMode },
  };
}

/** Assigns a policy to the app, or without one the org's own. Orgs on the Classic Engine have none. */
async function setAuthenticationPolicy(okta: Okta, id: string, policy: unknown, inputs: Props): Promise<void> {
  if (inputs.skipAuthenticationPolicy || (!policy && (await okta.isClassic()))) return;
  await step(
    "failed to set authentication policy for an OAuth application",
    (async () => okta.put(`/api/v1/apps/${id}/policies/${(policy as string) || (await defaultPolicy(okta))}`))(),
  );
}

async function defaultPolicy(okta: Okta): Promise<string> {
  const path = "/api/v1/policies?type=ACCESS_POLICY";
  const policies = await step("error finding default ACCESS_POLICY", okta.list(path));
  const system = policies.filter((each) => each.system);
  if (system.length !== 1) throw new Error("cannot find default ACCESS_POLICY policy");
  return system[0]?.id as string;
}

async function authenticationPolicy(okta: Okta, found: Json, props: Props): Promise<Props> {
  if (props.skipAuthenticationPolicy) return { authenticationPolicy: "" };
  if (await okta.isClassic()) return {};
  const href = ((found._links as Json | undefined)?.accessPolicy as Json | undefined)?.href as string | undefined;
  return href ? { authenticationPolicy: href.split("/").pop() } : {};
}
