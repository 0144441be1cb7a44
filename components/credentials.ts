import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ownedBy } from "./ownership";
import type { Variables } from "./portal";
import { sessionSecrets, versionAnnotations } from "./secretVersions";
import { type Transform, transformed } from "./transform";
import { type SecretTransform, versionedSecret } from "./versionedSecret";

/** Some of the Secret's variables, of which the values may come later. */
export type CatalogVariables = { [Name in keyof Variables]?: pulumi.Input<string> };

export interface CredentialsArgs {
  namespace: pulumi.Input<string>;
  /** The Secret's name, which the portal's Deployment refers to. */
  secretName: pulumi.Input<string>;
  /** The field manager that the Secret is applied under, which nobody else uses. */
  fieldManager: pulumi.Input<string>;
  clientId: pulumi.Input<string>;
  clientSecret: pulumi.Input<string>;
  /**
   * Which client secret it is, from 1.
   * @default 1
   */
  clientSecretVersion?: number;
  /**
   * Which session secret it is, from 1. With 2 the portal opens sessions of 1 too; with 1.5 it still seals them by 1, but
   * opens those of 2.
   * @default 1
   */
  sessionSecretVersion?: number;
  /**
   * The variables for whom the catalog reads the org as.
   * @default none
   */
  catalog?: CatalogVariables;
  transform?: {
    secret?: Transform<core.SecretArgs>;
    sessionSecret?: SecretTransform;
  };
}

/**
 * The Secret with the portal's environment variables: `OKTA_CLIENT_ID`, `OKTA_CLIENT_SECRET`, `AUTH_SESSION_SECRET`, which
 * signs the cookie that holds a sign-in's state and PKCE verifier and seals sessions, and `AUTH_SESSION_SECRET_PREVIOUS`,
 * which opens sessions too, where there is another; and those that the catalog reads the org by.
 */
export class Credentials extends pulumi.ComponentResource {
  /** The variables. A secret. */
  readonly variables: pulumi.Output<Variables>;

  constructor(name: string, args: CredentialsArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:Credentials", name, {}, options);
    const { clientSecretVersion = 1, sessionSecretVersion = 1 } = args;
    const { current, other } = sessionSecrets(sessionSecretVersion);
    const sessionSecret = (version: number) => versionedSecret(name, version, args.transform?.sessionSecret, this);
    this.variables = pulumi.secret({
      OKTA_CLIENT_ID: args.clientId,
      OKTA_CLIENT_SECRET: args.clientSecret,
      AUTH_SESSION_SECRET: sessionSecret(current),
      ...(other && { AUTH_SESSION_SECRET_PREVIOUS: sessionSecret(other) }),
      ...args.catalog,
    });
    // By them a checkout that lacks the commit of a rotation is told from one that has it.
    const annotations = {
      ...ownedBy(args.fieldManager),
      ...versionAnnotations({ clientSecretVersion, sessionSecretVersion }),
    };
    new core.Secret(
      ...transformed(
        args.transform?.secret,
        name,
        {
          metadata: { name: args.secretName, namespace: args.namespace, annotations },
          type: "Opaque",
          data: this.variables.apply(base64Values),
        },
        { parent: this },
      ),
    );
    this.registerOutputs({});
  }
}

function base64Values(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
}
