import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { AuthorizationServer } from "./authorizationServer";
import { type BackstageSsoArgs, withDefaults } from "./backstageSsoArgs";
import { catalogProvider, givenVariables, withCatalogNames } from "./catalogProvider";
import { CatalogSync } from "./catalogSync";
import type { AuthModule } from "./configTypes";
import { type CatalogVariables, Credentials } from "./credentials";
import { OidcApp } from "./oidcApp";
import { discoveryUrl, Overlay } from "./overlay";
import { appliedBy, fieldManagerOf } from "./ownership";
import { contentChecksum, OVERLAY_FILE, ROLES_FOLDER } from "./portal";
import { Rollout } from "./rollout";
import { sessionSecrets } from "./secretVersions";
import { transformed } from "./transform";

/** Where the official chart and the images of `create-app` have Backstage, and start it. */
const APP_FOLDER = "/app";

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

  private readonly args: ReturnType<typeof withDefaults>;
  private readonly child = { parent: this };

  constructor(
    private readonly name: string,
    args: BackstageSsoArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("backstage-okta-sso:index:BackstageSso", name, {}, options);
    this.args = withDefaults(args);

    const app = this.oidcApp();
    const server = this.authorizationServer(app);
    const fieldManager = app.portalId.apply(fieldManagerOf);
    const target = { namespace: this.namespace(fieldManager), fieldManager };
    const credentials = this.credentials(app, target, this.catalogVariables(app));
    const overlay = this.overlay(app, server, target);
    const checksum = checksumOf(credentials, overlay);
    if (args.deployment) this.rollout(args.deployment, checksum, target, [credentials, overlay]);

    this.checked = Promise.all([app.checked, server.checked]);
    this.outputs = this.outputsOf(app, server, target.namespace, checksum);
    this.registerOutputs(this.outputs);
  }

  private oidcApp(): OidcApp {
    const { args } = this;
    return new OidcApp(
      this.name,
      {
        existing: { ...args.existing, secretName: args.secretName, configMapName: args.configMapName },
        label: args.label,
        portalUrl: args.portalUrl,
        backendUrl: args.backendUrl,
        clientId: args.clientId,
        redirectUris: args.redirectUris,
        allowedGroups: args.allowedGroups,
        keepAssignments: args.keepAssignments,
        authModule: args.authModule,
        authenticationPolicy: args.authenticationPolicy,
        issuerMode: args.issuerMode,
        groupsClaim: args.authorizationServer.kind === "org" ? args.groupsFilter : undefined,
        protect: args.protect,
        dashboardTile: args.dashboardTile,
        clientSecretVersion: args.clientSecretVersion,
        transform: args.transform.oidcApp,
      },
      this.child,
    );
  }

  private authorizationServer(app: OidcApp): AuthorizationServer {
    const { args } = this;
    return new AuthorizationServer(
      this.name,
      {
        server: args.authorizationServer,
        oktaUrl: args.oktaUrl,
        issuerMode: args.issuerMode,
        clientId: app.clientId,
        manageGroupsClaim: args.manageGroupsClaim,
        groupsFilter: args.groupsFilter,
        session: args.session,
        transform: args.transform.authorizationServer,
      },
      this.child,
    );
  }

  /** A namespace may have been there before, and holds more than this stack: it stays when the stack goes. */
  private namespace(fieldManager: pulumi.Input<string>): pulumi.Output<string> {
    const { namespace: name, createNamespace, transform } = this.args;
    if (!createNamespace) return pulumi.output(name);
    const args = { metadata: { name, annotations: appliedBy(fieldManager) } };
    const options = { parent: this, retainOnDelete: true };
    return new core.Namespace(...transformed(transform.namespace, this.name, args, options)).metadata.name;
  }

  /** As whom the catalog reads the org, if it does. */
  private catalogVariables({ portalId }: OidcApp): CatalogVariables | undefined {
    const { catalogSync, label, oktaUrl, transform } = this.args;
    if (catalogSync?.credentials !== "own") return catalogSync && givenVariables(catalogSync);
    const { keyVersion } = catalogSync;
    const args = { label, portalId, oktaUrl, keyVersion, transform: transform.catalogSync };
    return new CatalogSync(this.name, args, this.child).variables;
  }

  private credentials(app: OidcApp, target: Target, catalog: CatalogVariables | undefined): Credentials {
    const { secretName, clientSecretVersion, sessionSecretVersion, transform } = this.args;
    const { clientId, clientSecret } = app;
    const versions = { clientSecretVersion, sessionSecretVersion };
    const args = { ...target, secretName, clientId, clientSecret, ...versions, catalog };
    return new Credentials(this.name, { ...args, transform: transform.credentials }, this.child);
  }

  private overlay(app: OidcApp, server: AuthorizationServer, target: Target): Overlay {
    const { args } = this;
    return new Overlay(
      this.name,
      {
        ...target,
        configMapName: args.configMapName,
        environment: args.environment,
        authModule: args.authModule,
        oktaUrl: args.oktaUrl,
        serverId: server.serverId,
        issuer: server.issuer,
        callbackUrl: app.redirectUri,
        session: args.session,
        signInResolvers: withCatalogNames(args.signInResolvers, args.catalogSync),
        requireVerifiedEmail: args.requireVerifiedEmail,
        prompt: args.prompt,
        // An app that was taken over has people signed in. Another session secret is to end them with all others.
        takesStockSessions: args.clientId !== undefined && (args.sessionSecretVersion ?? 1) === 1,
        hasPreviousSessionSecret: sessionSecrets(args.sessionSecretVersion ?? 1).other !== undefined,
        catalogProvider: args.catalogSync && catalogProvider(args.catalogSync, args.oktaUrl),
        roles: args.roles,
        transform: args.transform.overlay,
      },
      this.child,
    );
  }

  private rollout(
    deployment: pulumi.Input<string>,
    checksum: pulumi.Input<string>,
    target: Target,
    dependsOn: pulumi.Resource[],
  ): void {
    const { rolloutTimeoutMinutes: timeoutMinutes, transform } = this.args;
    const args = { ...target, deployment, checksum, timeoutMinutes, transform: transform.rollout };
    new Rollout(this.name, args, { ...this.child, dependsOn });
  }

  private outputsOf(
    app: OidcApp,
    server: AuthorizationServer,
    namespace: pulumi.Output<string>,
    checksum: pulumi.Output<string>,
  ): BackstageSsoOutputs {
    const { portalUrl, backendUrl, environment, authModule, secretName, configMapName, deployment, roles } = this.args;
    return {
      clientId: app.clientId,
      issuer: server.issuer,
      discoveryUrl: server.issuer.apply(discoveryUrl),
      redirectUri: app.redirectUri,
      signOutRedirectUri: app.signOutRedirectUri,
      portalUrl,
      backendUrl,
      environment,
      authModule,
      namespace,
      secretName,
      configMapName,
      // A team's own program may pass the resources themselves.
      allowedGroups: this.args.allowedGroups.map(({ id, name }) => ({ id, name })),
      ...(deployment && { deployment }),
      checksum,
      helmValues: helmValues(secretName, configMapName, Boolean(roles?.length)),
    };
  }
}

/** Where the portal runs, and the field manager that the objects there are applied under. */
interface Target {
  namespace: pulumi.Output<string>;
  fieldManager: pulumi.Output<string>;
}

/** A digest of 256 random bits and more tells nothing about them, so it may be seen. */
function checksumOf(credentials: Credentials, overlay: Overlay): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all([credentials.variables, overlay.files]).apply(([variables, files]) => contentChecksum(variables, files)),
  );
}

/**
 * What the official chart needs to mount the overlay and to hand over the credentials. It makes a volume of each ConfigMap
 * of extraAppConfig, under the ConfigMap's name, which the roles are mounted from as well.
 */
export function helmValues(secretName: string, configMapName: string, hasRoles: boolean): string {
  const roles = { name: configMapName, mountPath: `${APP_FOLDER}/${ROLES_FOLDER}`, readOnly: true };
  return stringify({
    backstage: {
      extraAppConfig: [{ filename: OVERLAY_FILE, configMapRef: configMapName }],
      extraEnvVarsSecrets: [secretName],
      ...(hasRoles && { extraVolumeMounts: [roles] }),
    },
  });
}
