import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ownedBy } from "./ownership";
import type { Variables } from "./portal";
import { type Transform, transformed } from "./transform";

export interface CredentialsArgs {
  namespace: pulumi.Input<string>;
  /** The Secret's name, which the portal's Deployment refers to. */
  secretName: pulumi.Input<string>;
  /** The field manager that the Secret is applied under, which nobody else uses. */
  fieldManager: pulumi.Input<string>;
  clientId: pulumi.Input<string>;
  clientSecret: pulumi.Input<string>;
  transform?: {
    secret?: Transform<core.SecretArgs>;
    sessionSecret?: Transform<random.RandomPasswordArgs>;
  };
}

/**
 * The Secret with the portal's environment variables: `OKTA_CLIENT_ID`, `OKTA_CLIENT_SECRET` and `AUTH_SESSION_SECRET`,
 * which signs the cookie that holds a sign-in's state and PKCE verifier.
 */
export class Credentials extends pulumi.ComponentResource {
  /** The variables. A secret. */
  readonly variables: pulumi.Output<Variables>;

  constructor(name: string, args: CredentialsArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:Credentials", name, {}, options);
    // Not RandomBytes, whose resource ID is the secret itself, in plain text in the state. 64 letters and digits hold as
    // much chance as 47 bytes.
    const sessionSecret = new random.RandomPassword(
      ...transformed(args.transform?.sessionSecret, name, { length: 64, special: false }, { parent: this }),
    );
    this.variables = pulumi.secret({
      OKTA_CLIENT_ID: args.clientId,
      OKTA_CLIENT_SECRET: args.clientSecret,
      AUTH_SESSION_SECRET: sessionSecret.result,
    });
    new core.Secret(
      ...transformed(
        args.transform?.secret,
        name,
        {
          metadata: { name: args.secretName, namespace: args.namespace, annotations: ownedBy(args.fieldManager) },
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
