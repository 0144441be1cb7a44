import { parse } from "yaml";
import { type OverlayValues, renderOverlay } from "../../components/overlay";

const values: OverlayValues = {
  environment: "production",
  authModule: "pkce",
  oktaUrl: "https://acme.okta.com",
  serverId: "default",
  issuer: "https://acme.okta.com/oauth2/default",
  callbackUrl: "https://backstage.acme.example/api/auth/okta/handler/frame",
  session: { durationMinutes: 720, idleMinutes: 120 },
  signInResolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }],
  requireVerifiedEmail: true,
  prompt: "auto",
};

const provider = (changes: Partial<OverlayValues>) => {
  const { auth } = parse(renderOverlay({ ...values, ...changes })) as {
    auth: { providers: { okta: Record<string, Record<string, unknown>> } };
  };
  return auth.providers.okta.production;
};

it("gives a pkce portal all that Backstage's oidc authenticator needs", () => {
  expect(parse(renderOverlay(values))).toEqual({
    auth: {
      environment: "production",
      session: { secret: "${AUTH_SESSION_SECRET}" },
      providers: {
        okta: {
          production: {
            clientId: "${OKTA_CLIENT_ID}",
            clientSecret: "${OKTA_CLIENT_SECRET}",
            audience: "https://acme.okta.com",
            authServerId: "default",
            callbackUrl: "https://backstage.acme.example/api/auth/okta/handler/frame",
            metadataUrl: "https://acme.okta.com/oauth2/default/.well-known/openid-configuration",
            prompt: "auto",
            additionalScopes: ["groups", "offline_access"],
            sessionDuration: { hours: 12 },
            signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
          },
        },
      },
    },
  });
});

it("leaves out of a stock portal what the stock module does not know", () => {
  expect(renderOverlay({ ...values, authModule: "stock" })).not.toMatch(/metadataUrl|prompt|AUTH_SESSION_SECRET/);
});

it("names no server ID for the org server", () => {
  const org = provider({ serverId: undefined, issuer: "https://acme.okta.com" });
  expect(org).not.toHaveProperty("authServerId");
  expect(org).toHaveProperty("metadataUrl", "https://acme.okta.com/.well-known/openid-configuration");
});

it("hands over the options of a resolver", () => {
  const signInResolvers = [{ resolver: "oktaGroups", namespace: "okta" }];
  expect(provider({ signInResolvers })).toHaveProperty("signIn.resolvers", signInResolvers);
});

it.each([
  [30, { minutes: 30 }],
  [90, { minutes: 90 }],
  [180, { hours: 3 }],
  [10080, { days: 7 }],
])("gives a session of %i minutes as %j", (durationMinutes, expected) => {
  expect(provider({ session: { durationMinutes, idleMinutes: 30 } })).toHaveProperty("sessionDuration", expected);
});
