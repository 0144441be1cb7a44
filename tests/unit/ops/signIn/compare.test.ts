import { UNKNOWN } from "../../../../ops/preview";
import { TYPES } from "../../../../ops/resourceTypes";
import { step, urnOf } from "../steps";
import { CALLBACK, change, compare, overlay, stack } from "./stack";

/** A step about a secret of the stack's own. */
function secret(op: "same" | "create" | "delete" | "replace", component: "OidcApp" | "Credentials", name: string) {
  const [before, after] = [op !== "create" ? { length: 64 } : undefined, op !== "delete" ? { length: 64 } : undefined];
  return step(op, TYPES.password, before, after, { urn: urnOf(TYPES.password, name, component) });
}

it("is undisturbed when nothing changes, or what people do not notice", () => {
  expect(change({})).toEqual([]);
  expect(change({ app: { label: "Another" }, scope: { description: "Another" }, policy: { name: "Another" } })).toEqual(
    [],
  );
});

it("begins with a first update, which takes nothing from anybody", () => {
  expect(change(stack, undefined, {})).toEqual(["portal-restart: Deployment `dev/backstage` gets new pods."]);
});

describe("the OIDC app", () => {
  it("is replaced, and for what reason", () => {
    const steps = [step("replace", TYPES.app, stack.app, stack.app, { keys: ["type"] })];
    expect(compare(steps)).toEqual([
      "app-replaced: The OIDC app is deleted and made anew because of `type`: sign-in fails in between, its client secret changes, and everybody has to sign in again.",
    ]);
  });

  it("is deleted, which says it all", () => {
    expect(change({ app: undefined })).toEqual(["app-replaced: The OIDC app is deleted: nobody can sign in."]);
  });

  it.each(["backstage-2", UNKNOWN])("gets another client ID: %s", (clientId) => {
    expect(change({ app: { clientId }, policy: { clientWhitelists: [clientId] } })).toEqual([
      "client-id-changed: The client ID is no longer `backstage-1`: everybody has to sign in again, and whatever else knows the old one stops working.",
    ]);
  });

  it("moves to other redirect URIs together with the portal", () => {
    const moved = "https://b.example/api/auth/okta/handler/frame";
    const after = { redirectUris: [moved], postLogoutRedirectUris: ["https://b.example/"] };
    expect(change({ app: after, configMap: overlay({ callbackUrl: moved }) })).toEqual([
      `redirect-uri-removed: The sign-in redirect URI \`${CALLBACK}\` is removed: a portal that still sends it cannot sign anybody in.`,
      "redirect-uri-removed: The sign-out redirect URI `https://a.example/` is removed: a portal that still sends it gets an error page after sign-out.",
    ]);
  });
});

describe("sign-in breaks", () => {
  it.each<[string, Parameters<typeof change>[0], string]>([
    [
      "without the groups scope and claim that the stack made on the shared server",
      { scope: undefined, claim: undefined },
      "The authorization server loses the scope `groups`, which the portal asks for. Sign-in fails.",
    ],
    ["with the app deactivated", { app: { status: "INACTIVE" } }, "The app is deactivated in Okta. Sign-in fails."],
    [
      "where the app has no such redirect URI",
      { app: { redirectUris: ["https://b.example/"] } },
      `The portal asks Okta to send people back to \`${CALLBACK}\`, which is not a redirect URI of the app. Sign-in fails.`,
    ],
    ["with nobody assigned", { assignments: { groups: [] } }, "No group is assigned to the app. Sign-in fails."],
    [
      "without the access policy",
      { policy: undefined, rule: undefined },
      "No access policy with a rule of this stack lets the portal's client in. Sign-in fails.",
    ],
    [
      "with the access policy for another client",
      { policy: { clientWhitelists: ["another"] } },
      "The access policy is not for the portal's client. Sign-in fails.",
    ],
    [
      "where the access rule leaves a scope out",
      { rule: { scopeWhitelists: ["openid", "profile", "email", "offline_access"] } },
      "The portal asks for `groups`, which the access rule does not allow. Sign-in fails.",
    ],
    [
      "where the access rule is for some alone",
      { rule: { groupWhitelists: ["00g9"] } },
      "The access rule is for the groups `00g9` alone. Sign-in fails.",
    ],
    [
      "where the app does not take the code flow",
      { app: { grantTypes: ["refresh_token"] } },
      "The app does not allow the authorization code flow. Sign-in fails.",
    ],
    [
      "with PKCE on for Backstage's own module",
      { configMap: overlay({ metadataUrl: undefined }) },
      "Okta requires a PKCE challenge, which Backstage's own okta module cannot send. Sign-in fails.",
    ],
    [
      "without the ConfigMap",
      { configMap: undefined },
      "There is no ConfigMap with the portal's overlay: its next pods cannot start. Sign-in fails.",
    ],
    [
      "with an overlay that somebody emptied",
      { configMap: { data: { "app-config.okta.yaml": "auth: {}" } } },
      "The overlay turns no Okta sign-in on. Sign-in fails.",
    ],
  ])("%s", (_, changes, sentence) => {
    expect(change(changes)).toContain(`sign-in-breaks: ${sentence}`);
  });

  it("for a portal that may still run Backstage's own module as PKCE comes to be required", () => {
    const stock = {
      ...stack,
      app: { ...stack.app, pkceRequired: false },
      configMap: overlay({ metadataUrl: undefined }),
    };
    expect(change({ app: { pkceRequired: true }, configMap: overlay() }, undefined, stock)).toContainEqual(
      "sign-in-breaks: Okta requires a PKCE challenge from now on: a portal that runs Backstage's own okta module cannot send it. Sign-in fails.",
    );
  });

  it("not where another server has the scope already", () => {
    const moved = { authServerId: "aus2" };
    const after = { policy: moved, rule: moved, scope: undefined, claim: undefined };
    expect(change(after).filter((text) => text.startsWith("sign-in-breaks"))).toEqual([]);
  });

  it("not where only an update will tell", () => {
    const after = { app: { clientId: UNKNOWN }, policy: { clientWhitelists: UNKNOWN } };
    expect(change(after).filter((text) => text.startsWith("sign-in-breaks"))).toEqual([]);
  });

  it("not as far as the preview did not come", () => {
    expect(compare([step("update", TYPES.app, stack.app, { ...stack.app, label: "Another" })])).toEqual([]);
  });
});

describe("the issuer", () => {
  const issuerOf = (authServerId: string) => ({ policy: { authServerId }, rule: { authServerId } });

  it.each(["aus2", UNKNOWN])("is another server's: %s", (server) => {
    expect(change({ ...issuerOf(server), scope: undefined, claim: undefined })).toContainEqual(
      expect.stringMatching(/^issuer-changed: Tokens come from .*: everybody has to sign in again\.$/),
    );
  });

  it("stays with a server that stays, whose ID a preview does not tell again", () => {
    const server = step("update", TYPES.server, { description: "a" }, { description: "b" });
    const steps = [step("same", TYPES.app, stack.app, stack.app), { ...server, new: { ...server.new!, id: "" } }];
    expect(compare(steps)).toEqual([]);
    expect(compare(steps.map((each) => ({ ...each, ...(each === steps[1] && { op: "replace" as const }) })))).toEqual([
      "issuer-changed: Tokens come from another issuer: everybody has to sign in again.",
    ]);
  });

  it("is that which the stack's outputs name", () => {
    const outputs = (issuer: string) => step("same", TYPES.component, {}, {}, undefined, { issuer }).new;
    const portal = step("same", TYPES.component, {}, {});
    const steps = [
      step("same", TYPES.app, stack.app, stack.app),
      { ...portal, old: outputs("https://acme.okta.com/oauth2/aus1"), new: outputs("https://login.evil/oauth2/aus1") },
    ];
    expect(compare(steps)).toEqual([
      "issuer-changed: Tokens come from `https://login.evil/oauth2/aus1` instead of `https://acme.okta.com/oauth2/aus1`: everybody has to sign in again.",
    ]);
  });
});

describe("sessions", () => {
  it("end sooner", () => {
    expect(change({ rule: { refreshTokenLifetimeMinutes: 2880, refreshTokenWindowMinutes: 90 } })).toEqual([
      "sessions-end: A sign-in lasts at most 2 days instead of 7 days.",
      "sessions-end: An unused sign-in ends after 90 minutes instead of 1 day.",
    ]);
  });

  it("end with their first token where there is no other", () => {
    expect(change({ app: { grantTypes: ["authorization_code"] } })).toEqual([
      "sessions-end: The app gets no refresh tokens: a sign-in ends with its first access token.",
    ]);
  });

  it("end with another session secret", () => {
    const sentence =
      "sessions-end: The session secret changes: every session ends, and a sign-in that is under way fails.";
    const replaced = secret("replace", "Credentials", "backstage");
    // As the engine marks what waits for its deletion.
    expect(compare([{ ...replaced, old: { ...replaced.old!, delete: true } }])).toEqual([sentence]);
    expect(compare([secret("delete", "Credentials", "backstage")])).toEqual([sentence]);
  });

  it("go on with another session secret beside the former", () => {
    const secrets = [secret("same", "Credentials", "backstage"), secret("create", "Credentials", "backstage-2")];
    expect(compare(secrets)).toEqual([]);
  });
});

it("fails for a while where the client secret changes in one go", () => {
  const app = step("update", TYPES.app, stack.app, stack.app);
  const [former, next] = [secret("delete", "OidcApp", "backstage"), secret("create", "OidcApp", "backstage-2")];
  expect(compare([app, former, next])).toEqual([expect.stringMatching(/^sign-in-breaks: The client secret changes/)]);
  expect(compare([app, next])).toEqual([]);
});

describe("the portal", () => {
  const template = (checksum: string) => ({
    spec: { template: { metadata: { annotations: { "backstage-okta-sso/checksum": checksum } } } },
  });

  it.each(["2", UNKNOWN])("restarts when its pods are annotated anew: %s", (checksum) => {
    expect(change({ deploymentPatch: template(checksum) })).toEqual([
      "portal-restart: Deployment `dev/backstage` gets new pods.",
    ]);
  });

  it("restarts when the annotation goes, and where it comes", () => {
    expect(change({ deploymentPatch: undefined })).toHaveLength(1);
    expect(change({ deploymentPatch: { metadata: { name: "portal", namespace: "dev" } } })).toEqual([
      "portal-restart: Deployment `dev/backstage` gets new pods.",
      "portal-restart: Deployment `dev/portal` gets new pods.",
    ]);
  });
});
