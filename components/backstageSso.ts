import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { AuthorizationServer, type AuthorizationServerArgs } from "./authorizationServer";
import type { ExistingObjects } from "./cluster";
import type { AuthModule, GroupsFilter, Prompt, Session, SignInResolver } from "./configTypes";
import { Credentials, type CredentialsArgs } from "./credentials";
import type { AuthorizationServerChoice, IssuerMode } from "./lookups";
import { OidcApp, type OidcAppArgs } from "./oidcApp";
import { discoveryUrl, Overlay, type OverlayArgs } from "./overlay";
import { appliedBy, fieldManagerOf } from "./ownership";
import { contentChecksum, OVERLAY_FILE } from "./portal";
import { Rollout, type RolloutArgs } from "./rollout";
import { type Transform, transformed } from "./transform";

export interface BackstageSsoArgs {
  /** The portal's public URL, Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: pulumi.Input<string>;
  /**
   * Backstage's `backend.baseUrl`, where it differs.
   * @default portalUrl
   */
  backendUrl?: pulumi.Input<string>;
  /** The app's name in Okta. */
  label: pulumi.Input<string>;
  /** The org's URL or a custom domain of it, without a trailing slash. */
  oktaUrl: string;
  /**
   * `CUSTOM_URL` when `oktaUrl` is a custom domain of the org.
   * @default ORG_URL
   */
  issuerMode?: IssuerMode;
  /**
   * The key under `auth.providers.okta`, and the value of `auth.environment`.
   * @default production
   */
  environment?: string;
  /**
   * Which server issues the tokens.
   * @default one that is made for this portal
   */
  authorizationServer?: AuthorizationServerChoice;
  /**
   * With a shared server: whether its groups scope and claim are made here.
   * @default true
   */
  manageGroupsClaim?: boolean;
  /** The groups whose members may sign in, by their IDs. */
  allowedGroups: { id: pulumi.Input<string>; name?: pulumi.Input<string> }[];
  /**
   * Which of a user's groups go into the groups claim.
   * @default all
   */
  groupsFilter?: GroupsFilter;
  /**
   * Backstage's sign-in resolvers, in order.
   * @default emailMatchingUserEntityProfileEmail
   */
  signInResolvers?: SignInResolver[];
  /**
   * Whether Okta has to have verified a person's email.
   * @default true
   */
  requireVerifiedEmail?: boolean;
  /**
   * `login` asks for the password at each sign-in.
   * @default auto
   */
  prompt?: Prompt;
  /**
   * Which backend module the portal runs.
   * @default pkce
   */
  authModule?: AuthModule;
  /**
   * The ID of the authentication policy that the app is held to.
   * @default whatever policy it has, which stays as it is
   */
  authenticationPolicy?: pulumi.Input<string>;
  /**
   * How long a sign-in lasts.
   * @default 12 hours
   */
  session?: Session;
  namespace: pulumi.Input<string>;
  /** @default backstage-okta */
  secretName?: string;
  /** @default backstage-okta */
  configMapName?: string;
  /** @default false */
  createNamespace?: boolean;
  /**
   * Refuse to delete or replace the app: a new client ID ends every session.
   * @default false
   */
  protect?: boolean;
  /** @default false */
  dashboardTile?: boolean;
  /**
   * The portal's Deployment, restarted when the Secret or the ConfigMap changes.
   * @default none: nothing is restarted
   */
  deployment?: pulumi.Input<string>;
  /** @default 5 */
  rolloutTimeoutMinutes?: number;
  /**
   * What was in the cluster under these names before, as `lookAtCluster` finds it: what is somebody else's is refused.
   * @default nothing
   */
  existing?: ExistingObjects;
  /** Changes to the resources of each part, by the part's name. */
  transform?: {
    namespace?: Transform<core.NamespaceArgs>;
    oidcApp?: OidcAppArgs["transform"];
    authorizationServer?: AuthorizationServerArgs["transform"];
    credentials?: CredentialsArgs["transform"];
    overlay?: OverlayArgs["transform"];
    rollout?: RolloutArgs["transform"];
  };
}

/** What a stack tells about itself. None of it is secret. */
export interface BackstageSsoOutputs {
  clientId: pulumi.Output<string>;
  issuer: pulumi.Output<string>;
  discoveryUrl: pulumi.Output<string>;
  redirectUri: pulumi.Output<string>;
  signOutRedirectUri: pulumi.Output<string>;
  portalUrl: pulumi.Input<string>;
  backendUrl: pulumi.Input<string>;
  environment: string;
  authModule: AuthModule;
  namespace: pulumi.Output<string>;
  secretName: string;
  configMapName: string;
  /** The groups whose members may sign in, as they were looked up: the policy pack compares them with what is assigned. */
  allowedGroups: { id: pulumi.Input<string>; name?: pulumi.Input<string> }[];
  /** Absent where nothing is restarted. */
  deployment?: pulumi.Input<string>;
  /** SHA-256 of the Secret's and the ConfigMap's content, which the portal's pods are annotated with. */
  checksum: pulumi.Output<string>;
  /** Values for the official Backstage Helm chart, as YAML. */
  helmValues: string;
}

/** Single sign-on with Okta for one Backstage portal: the app in Okta, and what the portal's pods read of it. */
export class BackstageSso extends pulumi.ComponentResource {
  readonly outputs: BackstageSsoOutputs;
  /**
   * Rejected, by a pulumi.RunError that says what to do, where something that is there already is somebody else's. A
   * program waits for it, so that the engine shows the error alone.
   */
  readonly checked: Promise<unknown>;

  constructor(
    private readonly name: string,
    args: BackstageSsoArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("backstage-okta-sso:index:BackstageSso", name, {}, options);
    const child = { parent: this };
    const { transform } = args;
    const {
      backendUrl = args.portalUrl,
      issuerMode = "ORG_URL",
      environment = "production",
      authorizationServer = { kind: "dedicated" },
      groupsFilter = { type: "REGEX", value: ".*" },
      authModule = "pkce",
      session = { durationMinutes: 720, idleMinutes: 720 },
      secretName = "backstage-okta",
      configMapName = "backstage-okta",
    } = args;

    const app = new OidcApp(
      name,
      {
        existing: { ...args.existing, secretName, configMapName },
        label: args.label,
        portalUrl: args.portalUrl,
        backendUrl,
        allowedGroups: args.allowedGroups,
        authModule,
        authenticationPolicy: args.authenticationPolicy,
        issuerMode,
        groupsClaim: authorizationServer.kind === "org" ? groupsFilter : undefined,
        protect: args.protect ?? false,
        dashboardTile: args.dashboardTile ?? false,
        transform: transform?.oidcApp,
      },
      child,
    );
    const fieldManager = app.portalId.apply(fieldManagerOf);
    const namespace = args.createNamespace
      ? this.namespace(args.namespace, fieldManager, transform?.namespace)
      : pulumi.output(args.namespace);
    const server = new AuthorizationServer(
      name,
      {
        server: authorizationServer,
        oktaUrl: args.oktaUrl,
        issuerMode,
        clientId: app.clientId,
        manageGroupsClaim: args.manageGroupsClaim ?? true,
        groupsFilter,
        session,
        transform: transform?.authorizationServer,
      },
      child,
    );
    const credentials = new Credentials(
      name,
      {
        namespace,
        secretName,
        fieldManager,
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        transform: transform?.credentials,
      },
      child,
    );
    const overlay = new Overlay(
      name,
      {
        namespace,
        configMapName,
        fieldManager,
        environment,
        authModule,
        oktaUrl: args.oktaUrl,
        serverId: server.serverId,
        issuer: server.issuer,
        callbackUrl: app.redirectUri,
        session,
        signInResolvers: args.signInResolvers ?? [{ resolver: "emailMatchingUserEntityProfileEmail" }],
        requireVerifiedEmail: args.requireVerifiedEmail,
        prompt: args.prompt,
        transform: transform?.overlay,
      },
      child,
    );
    const checksum = checksumOf(credentials, overlay);
    if (args.deployment) {
      new Rollout(
        name,
        {
          namespace,
          deployment: args.deployment,
          fieldManager,
          checksum,
          timeoutMinutes: args.rolloutTimeoutMinutes,
          transform: transform?.rollout,
        },
        { ...child, dependsOn: [credentials, overlay] },
      );
    }

    this.checked = Promise.all([app.checked, server.checked]);
    this.outputs = {
      clientId: app.clientId,
      issuer: server.issuer,
      discoveryUrl: server.issuer.apply(discoveryUrl),
      redirectUri: app.redirectUri,
      signOutRedirectUri: app.signOutRedirectUri,
      portalUrl: args.portalUrl,
      backendUrl,
      environment,
      authModule,
      namespace,
      secretName,
      configMapName,
      // A team's own program may pass the resources themselves.
      allowedGroups: args.allowedGroups.map(({ id, name }) => ({ id, name })),
      ...(args.deployment && { deployment: args.deployment }),
      checksum,
      helmValues: helmValues(secretName, configMapName),
    };
    this.registerOutputs(this.outputs);
  }

  /** It may have been there before, and holds more than this stack: it stays when the stack goes. */
  private namespace(
    name: pulumi.Input<string>,
    fieldManager: pulumi.Input<string>,
    transform?: Transform<core.NamespaceArgs>,
  ): pulumi.Output<string> {
    const args = { metadata: { name, annotations: appliedBy(fieldManager) } };
    const options = { parent: this, retainOnDelete: true };
    return new core.Namespace(...transformed(transform, this.name, args, options)).metadata.name;
  }
}

/** A digest of 256 random bits and more tells nothing about them, so it may be seen. */
function checksumOf(credentials: Credentials, overlay: Overlay): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all([credentials.variables, overlay.text]).apply(([variables, text]) => contentChecksum(variables, text)),
  );
}

/** What the official chart needs to mount the overlay and to hand over the credentials. */
export function helmValues(secretName: string, configMapName: string): string {
  return stringify({
    backstage: {
      extraAppConfig: [{ filename: OVERLAY_FILE, configMapRef: configMapName }],
      extraEnvVarsSecrets: [secretName],
    },
  });
}
