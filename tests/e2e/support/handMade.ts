import { ANY_SIGN_IN, GROUPS_CLAIM } from "./authorizationServer";
import { okta } from "./sandbox";

export interface HandMadeApp {
  id: string;
  clientSecret: string;
}

/** What differs from the app that a team has clicked together, in the terms of Okta's Applications API. */
export interface Differences {
  client?: Record<string, unknown>;
  credentials?: Record<string, unknown>;
  groups?: string[];
  people?: string[];
}

/**
 * Makes an app as a team has clicked it together: no PKCE, two redirect URIs, the implicit grant on, a group and two
 * people assigned by hand.
 */
export async function handMadeApp(portalUrl: string, differences: Differences = {}): Promise<HandMadeApp> {
  const { client, credentials, groups = ["backstage-users", "contractors"], people = ["alice", "carol"] } = differences;
  const app = await okta<{ id: string; credentials: { oauthClient: { client_secret: string } } }>(
    "POST",
    "/api/v1/apps",
    {
      name: "oidc_client",
      label: `Backstage of ${portalUrl}`,
      signOnMode: "OPENID_CONNECT",
      credentials: { oauthClient: { token_endpoint_auth_method: "client_secret_basic", ...credentials } },
      settings: {
        oauthClient: {
          application_type: "web",
          grant_types: ["authorization_code", "implicit", "refresh_token"],
          response_types: ["code", "id_token", "token"],
          redirect_uris: [callbackOf(portalUrl), "http://localhost:7007/api/auth/okta/handler/frame"],
          post_logout_redirect_uris: [portalUrl],
          ...client,
        },
      },
    },
  );
  for (const group of groups) await okta("PUT", `/api/v1/apps/${app.id}/groups/${await groupId(group)}`, {});
  for (const id of people) await okta("POST", `/api/v1/apps/${app.id}/users`, { id });
  return { id: app.id, clientSecret: app.credentials.oauthClient.client_secret };
}

const callbackOf = (portalUrl: string) => `${portalUrl}/api/auth/okta/handler/frame`;

async function groupId(name: string): Promise<string> {
  const groups = await okta<{ id: string; profile: { name: string } }[]>("GET", `/api/v1/groups?q=${name}`);
  return groups.find(({ profile }) => profile.name === name)!.id;
}

/** The state of the client secrets of an app, by their values. */
export async function secretsOf(appId: string): Promise<Record<string, string>> {
  const path = `/api/v1/apps/${appId}/credentials/secrets`;
  const secrets = await okta<{ client_secret: string; status: string }[]>("GET", path);
  return Object.fromEntries(secrets.map(({ client_secret, status }) => [client_secret, status]));
}

/** Everything about an app that an adoption could change. */
export async function snapshot(appId: string): Promise<unknown> {
  const path = `/api/v1/apps/${appId}`;
  const [app, groups, users] = await Promise.all(
    ["", "/groups", "/users"].map((part) => okta<unknown>("GET", path + part)),
  );
  return { app, groups, users, secrets: await secretsOf(appId) };
}

/**
 * Makes an authorization server with a groups scope and claim, and a policy that lets every client in.
 *
 * @returns its ID
 */
export async function handMadeServer(name: string): Promise<string> {
  const servers = "/api/v1/authorizationServers";
  const body = { name, description: "By hand", audiences: ["api://portal"] };
  const { id } = await okta<{ id: string }>("POST", servers, body);
  await okta("POST", `${servers}/${id}/scopes`, { name: "groups" });
  await okta("POST", `${servers}/${id}/claims`, GROUPS_CLAIM);
  const policy = await okta<{ id: string }>("POST", `${servers}/${id}/policies`, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "All",
    description: "For whoever comes",
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  await okta("POST", `${servers}/${id}/policies/${policy.id}/rules`, {
    type: "RESOURCE_ACCESS",
    name: "All",
    conditions: ANY_SIGN_IN,
    actions: {
      token: {
        accessTokenLifetimeMinutes: 60,
        refreshTokenLifetimeMinutes: 43_200,
        refreshTokenWindowMinutes: 43_200,
      },
    },
  });
  return id;
}
