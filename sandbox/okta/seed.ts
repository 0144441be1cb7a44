import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { newServer } from "./management/authorizationServers";
import { newGroup } from "./management/groups";
import { newSignOnPolicy } from "./management/signOnPolicies";
import { appBody, settableApp } from "./model/app";
import { accessPolicyBody, accessRuleBody, serverBody } from "./model/authorizationServer";
import type { Group, RoleType } from "./model/org";
import { newSigningKeys } from "./oauth/accessToken";
import { add, newId, newTimes, now, save, type Store } from "./store";

/** Counts the forms that the records on disk have had. */
const FORMAT = 2;

/** Throw-away credentials for the management API, as `credentials.json` holds them. */
export interface Credentials {
  /** An SSWS token of the org's admin. */
  apiToken: string;
  /** A service app with the grant type client_credentials and the method private_key_jwt. */
  clientId: string;
  privateKeyId: string;
  /** PEM, PKCS #8. */
  privateKey: string;
  /** The API scopes that the service app was granted. */
  scopes: string[];
}

/** What the Okta provider needs to make the stack, and no more. */
const SCOPES = ["okta.apps.manage", "okta.groups.read", "okta.authorizationServers.manage", "okta.policies.read"];

/** The admin roles that go with them. */
const ROLES: RoleType[] = ["APP_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN"];

const GROUPS = {
  "backstage-users": "May use the developer portal",
  "backstage-admins": "Run the developer portal",
  "platform-engineers": "Build the platform",
  contractors: "Work here for a while",
};
const USERS: { login: string; name: [string, string]; groups: (keyof typeof GROUPS)[]; emailVerified: boolean }[] = [
  {
    login: "alice@example.com",
    name: ["Alice", "Adams"],
    groups: ["backstage-users", "platform-engineers"],
    emailVerified: true,
  },
  { login: "bob@example.com", name: ["Bob", "Brown"], groups: ["backstage-users"], emailVerified: true },
  { login: "carol@example.com", name: ["Carol", "Clark"], groups: ["contractors"], emailVerified: true },
  { login: "dave@example.com", name: ["Dave", "Davis"], groups: ["backstage-users"], emailVerified: false },
];

/**
 * Makes an org in an empty store: groups and users, the `default` authorization server, and the credentials to manage it.
 *
 * @param store nothing happens to one that holds an org already
 * @param credentialsFile gets a {@link Credentials}, readable by its owner alone
 * @throws where an earlier version of the local Okta has made the org
 */
export function seed(store: Store, credentialsFile: string): void {
  const org = store.org.get("org");
  if (org?.format === FORMAT) return;
  if (org) {
    const folder = dirname(credentialsFile);
    throw new Error(`the org in ${folder} is of an earlier version: remove that folder, or a sandbox's as a whole`);
  }
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const credentials: Credentials = {
    apiToken: newId("00") + newId(""),
    clientId: newId("0oa"),
    privateKeyId: newId("kid"),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    scopes: SCOPES,
  };
  // First the file: if the process dies in between, the store is still empty, and the next start makes both anew.
  writeFileSync(credentialsFile, JSON.stringify(credentials, null, 2) + "\n", { mode: 0o600 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: credentials.privateKeyId };
  store.transaction(() => {
    const adminId = seedPeople(store);
    const policy = newSignOnPolicy(store, {
      id: newId("rst"),
      name: "Any two factors",
      description: "Requires two factors to access.",
      priority: 1,
      system: true,
    });
    save(store.signOnPolicies, policy);
    void store.org.put("org", {
      id: newId("00o"),
      format: FORMAT,
      created: now(),
      apiToken: credentials.apiToken,
      adminId,
      accessPolicyId: policy.id,
      signingKeys: newSigningKeys(),
    });
    seedServiceApp(store, credentials.clientId, key, policy.id);
    seedDefaultServer(store);
  });
}

/** @returns the ID of the org's admin, to whom the API token belongs */
function seedPeople(store: Store): string {
  const addGroup = (type: Group["type"], name: string, description: string): string =>
    add(store.groups, "00g", newGroup(type, { profile: { name, description } })).id;
  const addUser = (
    login: string,
    [firstName, lastName]: [string, string],
    groupIds: string[],
    emailVerified: boolean,
  ): string =>
    add(store.users, "00u", {
      status: "ACTIVE",
      profile: { login, email: login, firstName, lastName },
      emailVerified,
      password: `${login.split("@")[0]}-password`,
      groupIds,
      ...newTimes(),
    }).id;

  const everyone = addGroup("BUILT_IN", "Everyone", "All users in your organization");
  const ids = Object.fromEntries(
    Object.entries(GROUPS).map(([name, description]) => [name, addGroup("OKTA_GROUP", name, description)]),
  );
  for (const { login, name, groups, emailVerified } of USERS)
    addUser(login, name, [everyone, ...groups.map((group) => ids[group]!)], emailVerified);
  return addUser("admin@example.com", ["Okta", "Admin"], [everyone], true);
}

function seedServiceApp(store: Store, appId: string, key: Record<string, unknown>, accessPolicyId: string): void {
  const body = appBody.parse({
    name: "oidc_client",
    label: "Pulumi",
    signOnMode: "OPENID_CONNECT",
    credentials: { oauthClient: { token_endpoint_auth_method: "private_key_jwt" } },
    settings: {
      oauthClient: {
        application_type: "service",
        grant_types: ["client_credentials"],
        response_types: ["token"],
        jwks: { keys: [key] },
      },
    },
  });
  save(store.apps, {
    ...settableApp(body, appId),
    ...newTimes(),
    id: appId,
    status: "ACTIVE",
    groupIds: [],
    userIds: [],
    accessPolicyId,
  });
  for (const scopeId of SCOPES) add(store.grants, "oag", { appId, scopeId, ...newTimes() });
  for (const type of ROLES) add(store.clientRoles, "JBC", { clientId: appId, type, ...newTimes() });
}

/** The server that Okta makes in each org with API Access Management: anyone may get any of its scopes. */
function seedDefaultServer(store: Store): void {
  const description = "Default Authorization Server for your Applications";
  const body = serverBody.parse({ name: "default", description, audiences: ["api://default"] });
  const serverId = "default";
  save(store.servers, newServer(store, { ...body, id: serverId, alias: newId("aus") }));
  const policy = accessPolicyBody.parse({
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "Default Policy",
    description: "Default policy of the authorization server",
    priority: 1,
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });
  const { id: policyId } = add(store.policies, "00p", { ...policy, serverId, system: false, ...newTimes() });
  const rule = accessRuleBody.parse({
    type: "RESOURCE_ACCESS",
    name: "Default Policy Rule",
    priority: 1,
    conditions: {
      grantTypes: { include: ["authorization_code", "implicit", "password", "client_credentials"] },
      scopes: { include: ["*"] },
      people: { groups: { include: ["EVERYONE"] } },
    },
  });
  add(store.rules, "0pr", { ...rule, policyId, system: false, ...newTimes() });
}
