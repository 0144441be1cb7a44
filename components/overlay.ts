import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { AuthModule, Prompt, Session, SignInResolver } from "./configTypes";
import { ownedBy } from "./ownership";
import { type ConfigFiles, OVERLAY_FILE, ROLES_FILE, ROLES_FOLDER } from "./portal";
import { type Role, rolePolicies } from "./roles";
import { type Transform, transformed } from "./transform";

/** What the overlay tells Backstage. */
export interface OverlayValues {
  /** The key under `auth.providers.okta`, and the value of `auth.environment`. */
  environment: string;
  authModule: AuthModule;
  /** The org's URL or its custom domain. */
  oktaUrl: string;
  /** The authorization server's ID; left out for the org server. */
  serverId: string | undefined;
  issuer: string;
  /** The sign-in redirect URI that the app in Okta has. */
  callbackUrl: string;
  session: Session;
  signInResolvers: SignInResolver[];
  requireVerifiedEmail: boolean;
  prompt: Prompt;
  /** Whether the Secret has a second session secret, which opens sessions too. @default false */
  hasPreviousSessionSecret?: boolean;
  /** Whether sessions go on that Backstage's own module has begun with the same client. @default false */
  takesStockSessions?: boolean;
  /** The entry under `catalog.providers.okta`. @default none */
  catalogProvider?: Record<string, unknown>;
  /** Whether the RBAC plugin decides what people may do, by the roles beside the overlay. @default false */
  hasRoles?: boolean;
}

export interface OverlayArgs extends Omit<OverlayValues, "serverId" | "issuer" | "callbackUrl" | "hasRoles"> {
  namespace: pulumi.Input<string>;
  /** The ConfigMap's name, which the portal's Deployment refers to. */
  configMapName: pulumi.Input<string>;
  /** The field manager that the ConfigMap is applied under, which nobody else uses. */
  fieldManager: pulumi.Input<string>;
  serverId: pulumi.Input<string> | undefined;
  issuer: pulumi.Input<string>;
  callbackUrl: pulumi.Input<string>;
  /** What the members of some groups may do in the portal. @default none: the portal's own permissions stay */
  roles?: Role[];
  transform?: { configMap?: Transform<core.ConfigMapArgs> };
}

/** The ConfigMap with the part of Backstage's app-config that turns Okta sign-in on, and with the roles. */
export class Overlay extends pulumi.ComponentResource {
  /** The ConfigMap's content. It names the variables of the Secret and holds no secret. */
  readonly files: pulumi.Output<ConfigFiles>;

  constructor(name: string, args: OverlayArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:Overlay", name, {}, options);
    const policies = args.roles?.length ? rolePolicies(args.roles) : undefined;
    this.files = pulumi
      .all([args.issuer, args.serverId, args.callbackUrl])
      .apply(([issuer, serverId, callbackUrl]) => ({
        overlay: renderOverlay({ ...args, issuer, serverId, callbackUrl, hasRoles: policies !== undefined }),
        rolePolicies: policies,
      }));
    new core.ConfigMap(
      ...transformed(
        args.transform?.configMap,
        name,
        {
          metadata: { name: args.configMapName, namespace: args.namespace, annotations: ownedBy(args.fieldManager) },
          data: {
            [OVERLAY_FILE]: this.files.overlay,
            ...(policies !== undefined && { [ROLES_FILE]: policies }),
          },
        },
        { parent: this },
      ),
    );
    this.registerOutputs({});
  }
}

/** The overlay as YAML, for Backstage's last `--config`. Credentials are `${...}`, which Backstage fills in at start. */
export function renderOverlay(values: OverlayValues): string {
  const pkce = values.authModule === "pkce";
  return stringify({
    auth: {
      environment: values.environment,
      // Holds the state, nonce and PKCE verifier of a sign-in under way; the stock module needs none.
      ...(pkce && { session: { secret: "${AUTH_SESSION_SECRET}" } }),
      providers: {
        okta: {
          [values.environment]: {
            clientId: "${OKTA_CLIENT_ID}",
            clientSecret: "${OKTA_CLIENT_SECRET}",
            audience: values.oktaUrl,
            ...(values.serverId && { authServerId: values.serverId }),
            // Backstage would build it from its base URL, which may differ by the one character that Okta refuses.
            callbackUrl: values.callbackUrl,
            ...(pkce && { metadataUrl: discoveryUrl(values.issuer), prompt: values.prompt }),
            ...(pkce && !values.requireVerifiedEmail && { requireVerifiedEmail: false }),
            ...(pkce && values.takesStockSessions && { takesStockSessions: true }),
            ...(pkce &&
              values.hasPreviousSessionSecret && { previousSessionSecret: "${AUTH_SESSION_SECRET_PREVIOUS}" }),
            // Without offline_access there is no refresh token, and a session ends with its first access token.
            additionalScopes: ["groups", "offline_access"],
            sessionDuration: humanDuration(values.session.durationMinutes),
            signIn: { resolvers: values.signInResolvers },
          },
        },
      },
    },
    ...(values.catalogProvider && { catalog: { providers: { okta: [values.catalogProvider] } } }),
    ...(values.hasRoles && { permission: PERMISSION }),
  });
}

/**
 * Roles go by what the sign-in says that a person owns by, so that they need no group in the catalog. The plugin looks for
 * changes of the file itself, for portals that this stack does not restart.
 */
const PERMISSION = {
  enabled: true,
  rbac: { "policies-csv-file": `${ROLES_FOLDER}/${ROLES_FILE}`, policyFileReload: true, useOwnershipEntityRefs: true },
};

/** Where an issuer publishes its metadata (OpenID Connect Discovery 1.0, section 4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer}/.well-known/openid-configuration`;
}

/** Minutes as Backstage's HumanDuration, in the largest unit that needs no fraction. */
function humanDuration(minutes: number): Record<string, number> {
  if (minutes % (24 * 60) === 0) return { days: minutes / (24 * 60) };
  if (minutes % 60 === 0) return { hours: minutes / 60 };
  return { minutes };
}
