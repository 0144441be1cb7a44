import { contentChecksum } from "../../../../components/portal";
import { renderOverlay } from "../../../../components/overlay";
import type { Recorded } from "../../../../ops/verify/recorded";

export const VARIABLES = {
  OKTA_CLIENT_ID: "backstage-1",
  OKTA_CLIENT_SECRET: "the client secret",
  AUTH_SESSION_SECRET: "the session secret",
};

export const OVERLAY = renderOverlay({
  environment: "production",
  authModule: "pkce",
  oktaUrl: "https://acme.okta.com",
  serverId: "aus1",
  issuer: "https://acme.okta.com/oauth2/aus1",
  callbackUrl: "https://backstage.acme.example/api/auth/okta/handler/frame",
  session: { durationMinutes: 720, idleMinutes: 120 },
  signInResolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }],
  requireVerifiedEmail: true,
  prompt: "auto",
});

/** What a stack records of a portal at https://backstage.acme.example. */
export const RECORDED: Recorded & { deployment: string } = {
  appId: "0oa1",
  sessionSecretMade: undefined,
  clientId: "backstage-1",
  issuer: "https://acme.okta.com/oauth2/aus1",
  discoveryUrl: "https://acme.okta.com/oauth2/aus1/.well-known/openid-configuration",
  redirectUri: "https://backstage.acme.example/api/auth/okta/handler/frame",
  signOutRedirectUri: "https://backstage.acme.example/",
  portalUrl: "https://backstage.acme.example",
  backendUrl: "https://backstage.acme.example",
  namespace: "backstage",
  secretName: "backstage-okta",
  configMapName: "backstage-okta",
  checksum: contentChecksum(VARIABLES, { overlay: OVERLAY }),
  overlay: OVERLAY,
  rolePolicies: undefined,
  environment: "production",
  pkce: true,
  accessPolicy: { serverId: "aus1", policyId: "00p1", isDedicated: true },
  deployment: "backstage",
};
