import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import "./sdkRuntime";
import { AuthorizationServer, type AuthorizationServerArgs } from "./authorizationServer";
import { Credentials, type CredentialsArgs } from "./credentials";
import { OidcApp, type OidcAppArgs } from "./oidcApp";
import { fieldManager } from "./fieldManager";
import { discoveryUrl, Overlay, type OverlayArgs } from "./overlay";
import { contentChecksum, OVERLAY_FILE } from "./portal";
import { Rollout, type RolloutArgs } from "./rollout";
import type { Settings } from "./settings";
import { type Transform, transformed } from "./transform";

export interface BackstageSsoArgs extends Settings {
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
  redirectUri: string;
  signOutRedirectUri: string;
  namespace: pulumi.Output<string>;
  secretName: string;
  configMapName: string;
  /** SHA-256 of the Secret's and the ConfigMap's content, which the portal's pods are annotated with. */
  checksum: pulumi.Output<string>;
  /** Values for the official Backstage Helm chart, as YAML. */
  helmValues: string;
}

/** Single sign-on with Okta for one Backstage portal: the app in Okta, and what the portal's pods read of it. */
export class BackstageSso extends pulumi.ComponentResource {
  readonly outputs: BackstageSsoOutputs;

  constructor(name: string, args: BackstageSsoArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:BackstageSso", name, {}, options);
    const child = { parent: this };
    const { transform } = args;

    const namespace = args.createNamespace
      ? new core.Namespace(
          // It may have been there before, and holds more than this stack: it stays when the stack goes.
          ...transformed(
            transform?.namespace,
            name,
            { metadata: { name: args.namespace, annotations: fieldManager() } },
            { ...child, retainOnDelete: true },
          ),
        ).metadata.name
      : pulumi.output(args.namespace);

    const app = new OidcApp(
      name,
      {
        ...args,
        groupsClaim: args.authorizationServer.kind === "org" ? args.groupsFilter : undefined,
        transform: transform?.oidcApp,
      },
      child,
    );
    const server = new AuthorizationServer(
      name,
      {
        ...args,
        server: args.authorizationServer,
        clientId: app.clientId,
        transform: transform?.authorizationServer,
      },
      child,
    );
    const credentials = new Credentials(
      name,
      {
        namespace,
        secretName: args.secretName,
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        transform: transform?.credentials,
      },
      child,
    );
    const overlay = new Overlay(
      name,
      {
        ...args,
        namespace,
        callbackUrl: app.redirectUri,
        issuer: server.issuer,
        serverId: server.serverId,
        transform: transform?.overlay,
      },
      child,
    );

    // A digest of 256 random bits and more tells nothing about them, so it may be seen.
    const checksum = pulumi.unsecret(
      pulumi
        .all([credentials.variables, overlay.text])
        .apply(([variables, overlay]) => contentChecksum(variables, overlay)),
    );
    if (args.deployment) {
      new Rollout(
        name,
        { namespace, deployment: args.deployment, checksum, transform: transform?.rollout },
        { ...child, dependsOn: [credentials, overlay] },
      );
    }

    this.outputs = {
      clientId: app.clientId,
      issuer: server.issuer,
      discoveryUrl: server.issuer.apply(discoveryUrl),
      redirectUri: app.redirectUri,
      signOutRedirectUri: app.signOutRedirectUri,
      namespace,
      secretName: args.secretName,
      configMapName: args.configMapName,
      checksum,
      helmValues: helmValues(args.secretName, args.configMapName),
    };
    this.registerOutputs(this.outputs);
  }
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
