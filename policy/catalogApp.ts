import { ADMIN_ROLE, type AdminRole, API_SCOPES, type ApiScopes, type App, APP, SERVICE_APP, STASH } from "./resources";
import { kindOf, type Rule, type StackRule } from "./rule";

// The one app beside the portal's own: the service app that the catalog reads people and groups as.

const SCOPES = ["okta.users.read", "okta.groups.read"];
const ROLE = "READ_ONLY_ADMIN";

export const hasClientCredentialsOnly: Rule<App> = {
  name: "service-app-has-client-credentials-only",
  description: "The catalog's service app gets tokens for itself, and in no other way.",
  remedy: "Set grantTypes to client_credentials and responseTypes to token, and leave out all redirect URIs.",
  level: "mandatory",
  type: SERVICE_APP,
  check: ({ grantTypes = [], responseTypes = [], redirectUris = [] }) => {
    const flows = [...grantTypes, ...responseTypes].filter((each) => !["client_credentials", "token"].includes(each));
    if (flows.length > 0) return `It has ${flows.join(", ")} too.`;
    return redirectUris.length > 0 ? "It has redirect URIs." : undefined;
  },
};

/** RFC 9700, section 2.5. At an address of somebody's, the key would be whoever's that is. */
export const hasOneKey: Rule<App> = {
  name: "service-app-signs-in-by-one-key",
  description: "The catalog's service app signs in by its private key, and by nothing else.",
  remedy: "Set tokenEndpointAuthMethod to private_key_jwt and jwks to the one key, and leave out jwksUri.",
  level: "mandatory",
  type: SERVICE_APP,
  check: ({ tokenEndpointAuthMethod: method, jwks = [], jwksUri }) => {
    if (method !== "private_key_jwt") return `Its tokenEndpointAuthMethod is ${method ?? "client_secret_basic"}.`;
    if (jwksUri) return "Its keys are at an address.";
    return jwks.length === 1 ? undefined : `It has ${jwks.length} keys.`;
  },
};

export const readsPeopleOnly: Rule<ApiScopes> = {
  name: "api-scopes-read-people-only",
  description: `The scopes of Okta's API that are granted are ${SCOPES.join(" and ")}.`,
  remedy: "Leave out the others: who needs them is an app of its own.",
  level: "mandatory",
  type: API_SCOPES,
  check: ({ scopes }) => {
    const others = scopes.filter((scope) => !SCOPES.includes(scope));
    return others.length > 0 ? `It grants ${others.join(", ")}.` : undefined;
  },
};

export const isReadOnly: Rule<AdminRole> = {
  name: "admin-role-is-read-only",
  description: "The admin role that is assigned may change nothing.",
  remedy: `Set its type to ${ROLE}.`,
  level: "mandatory",
  type: ADMIN_ROLE,
  check: ({ type }) => (type === ROLE ? undefined : `It is ${type}.`),
};

/** An ID that is written out may be anybody's. */
export const areOfTheServiceApp: StackRule = {
  name: "api-rights-are-the-service-apps",
  description: "The stack has one service app at the most, and gives scopes and roles of Okta's API to no other app.",
  remedy: "Take appId and clientId from the service app that the same program makes.",
  level: "mandatory",
  checkStack: (resources) => {
    const [, ...more] = resources.filter(({ type, props }) => kindOf(type, props) === SERVICE_APP);
    return [
      ...more.map(({ urn }) => ({ urn, violation: "It is a second service app." })),
      ...resources.flatMap(({ urn, type, propertyDependencies = {} }) => {
        const key = type === API_SCOPES ? "appId" : type === ADMIN_ROLE ? "clientId" : undefined;
        if (key === undefined) return [];
        const from = propertyDependencies[key] ?? [];
        const isOwn = from.some((each) => each.type === APP && kindOf(each.type, each.props) === SERVICE_APP);
        return isOwn ? [] : [{ urn, violation: `Its ${key} is not that of the stack's service app.` }];
      }),
    ];
  },
};

/** As for a Secret, what a policy can see is whether the engine was told to treat it so. */
export const keepsItsSecret: Rule<object> = {
  name: "stash-is-marked-secret",
  description: "What the state keeps for the stack alone, such as a private key, is marked secret.",
  remedy: "Name input and output in its additionalSecretOutputs.",
  level: "mandatory",
  type: STASH,
  check: (_, { options }) => {
    const bare = ["input", "output"].find((key) => !options.additionalSecretOutputs.includes(key));
    return bare && `Its ${bare} is not marked.`;
  },
};
