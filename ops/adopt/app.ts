import { CommandError } from "../command";
import { type OktaApiError, type OktaManagement } from "../okta/management";
import { type ClientSecret, ClientSecrets } from "../okta/secrets";

/** An app of any kind, as Okta's management API gives it. */
export interface OktaApp {
  id: string;
  /** `oidc_client`, or the entry of Okta's catalog that it was made from. */
  name: string;
  label: string;
  signOnMode: string;
  credentials: { oauthClient?: { client_id: string; token_endpoint_auth_method: string } };
  settings: { oauthClient?: { application_type: string; [setting: string]: unknown } };
}

/** An app, and what belongs to it. */
export interface FoundApp {
  app: OktaApp;
  clientId: string;
  /** The IDs of the groups that are assigned. */
  groups: string[];
  /** The user names of those who are assigned one by one, and not by a group. */
  people: string[];
  secrets: ClientSecret[];
  /** The admin roles of the client; undefined where these credentials may not see them. */
  roles: string[] | undefined;
}

interface AppUser {
  scope: "USER" | "GROUP";
  credentials?: { userName?: string };
}

/**
 * Reads an app, and what belongs to it. Of an app that is not an OpenID Connect one there is nothing to read beside it.
 *
 * @throws CommandError when there is no such app
 */
export async function readApp(okta: OktaManagement, id: string): Promise<FoundApp> {
  const path = `/api/v1/apps/${encodeURIComponent(id)}`;
  const app = await ifThere(okta.get<OktaApp>(path));
  if (!app)
    throw new CommandError(`--app ${id} is not the ID of an app of this org: copy it from the app's address in Okta`);
  const clientId = app.credentials.oauthClient?.client_id;
  if (!clientId) return { app, clientId: "", groups: [], people: [], secrets: [], roles: [] };
  const [groups, users, secrets, roles] = await Promise.all([
    okta.list<{ id: string }>(`${path}/groups?limit=200`),
    okta.list<AppUser>(`${path}/users?limit=500`),
    new ClientSecrets(okta, id).list(),
    readRoles(okta, clientId),
  ]);
  return {
    app,
    clientId,
    groups: groups.map((group) => group.id),
    people: users.flatMap(({ scope, credentials }) => (scope === "USER" ? (credentials?.userName ?? []) : [])).sort(),
    secrets,
    roles,
  };
}

/** They take the scope `okta.roles.read`, which the stack itself does not need. */
async function readRoles(okta: OktaManagement, clientId: string): Promise<string[] | undefined> {
  try {
    const roles = await ifThere(okta.list<{ label?: string; type: string }>(`/oauth2/v1/clients/${clientId}/roles`));
    return roles?.map(({ label, type }) => label ?? type) ?? [];
  } catch (error) {
    if ((error as OktaApiError).status === 403) return undefined;
    throw error;
  }
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as OktaApiError).status === 404) return undefined;
    throw error;
  }
}
