import { stringify } from "yaml";
import { TYPES } from "../../../../ops/resourceTypes";
import { disruptions } from "../../../../ops/signIn/compare";
import type { GroupName } from "../../../../ops/signIn/finding";
import { signInOf } from "../../../../ops/signIn/model";
import { beforeAndAfter } from "../../../../ops/signIn/resources";
import { step } from "../steps";

type Inputs = Record<string, unknown>;
type Name = keyof typeof TYPES;
export type Inventory = Partial<Record<Name, Inputs>>;

export const CALLBACK = "https://a.example/api/auth/okta/handler/frame";

/** The ConfigMap, with changes to what it says of Okta. */
export const overlay = (changes: Inputs = {}) => ({
  data: {
    "app-config.okta.yaml": stringify({
      auth: {
        environment: "production",
        providers: {
          okta: {
            production: {
              callbackUrl: CALLBACK,
              metadataUrl: "https://acme.okta.com/oauth2/aus1/.well-known/openid-configuration",
              additionalScopes: ["groups", "offline_access"],
              sessionDuration: { days: 7 },
              signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
              ...changes,
            },
          },
        },
      },
    }),
  },
});

/** A stack on a shared authorization server, whose groups scope and claim it makes. */
export const stack = {
  app: {
    clientId: "backstage-1",
    redirectUris: [CALLBACK],
    postLogoutRedirectUris: ["https://a.example/"],
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    pkceRequired: true,
    tokenEndpointAuthMethod: "client_secret_basic",
    refreshTokenRotation: "ROTATE",
    wildcardRedirect: "DISABLED",
  },
  assignments: { groups: [{ id: "00g1" }, { id: "00g2" }] },
  scope: { authServerId: "aus1", name: "groups" },
  claim: { authServerId: "aus1", name: "groups", groupFilterType: "STARTS_WITH", value: "backstage-" },
  policy: { authServerId: "aus1", clientWhitelists: ["backstage-1"] },
  rule: {
    authServerId: "aus1",
    grantTypeWhitelists: ["authorization_code"],
    scopeWhitelists: ["openid", "profile", "email", "groups", "offline_access"],
    groupWhitelists: ["EVERYONE"],
    refreshTokenLifetimeMinutes: 10080,
    refreshTokenWindowMinutes: 1440,
  },
  secret: {},
  configMap: overlay(),
  deploymentPatch: {
    metadata: { name: "backstage", namespace: "dev" },
    spec: { template: { metadata: { annotations: { "backstage-okta-sso/checksum": "1" } } } },
  },
} satisfies Inventory;

/** What becomes of the stack: other inputs for some resources, or none for what is deleted. */
export function change(
  changes: { [Resource in Name]?: Inputs | undefined },
  nameOf?: (id: string) => GroupName,
  from: Inventory = stack,
) {
  const names = [...new Set([...Object.keys(from), ...Object.keys(changes)])] as Name[];
  const steps = names.map((name) => {
    const before = from[name];
    const after = name in changes ? changes[name] && { ...before, ...changes[name] } : before;
    return step(before ? (after ? "update" : "delete") : "create", TYPES[name], before, after);
  });
  return compare(steps, nameOf);
}

/** What a preview's or refresh's steps do to people, a line each. */
export function compare(steps: ReturnType<typeof step>[], nameOf?: (id: string) => GroupName) {
  const { before, after } = beforeAndAfter(steps);
  return disruptions(signInOf(before), signInOf(after), nameOf).map(({ kind, message }) => `${kind}: ${message}`);
}
