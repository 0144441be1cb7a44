import { createHash, createPublicKey, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogVariables } from "./credentials";
import { shortened } from "./names";
import { providerSignIn } from "./oktaOrg";
import { isKnown } from "./ownership";
import { type Transform, transformed } from "./transform";

/** What of the org is the catalog's to read. */
const SCOPES = ["okta.users.read", "okta.groups.read"];
/** Without a role every call is refused, whatever the scopes. This one may read people and groups, and change nothing. */
const ROLE = "READ_ONLY_ADMIN";
const LABEL_LIMIT = 100;

export interface CatalogSyncArgs {
  /** The portal's app in Okta: its name, and the portal's ID, which that of the service app is made of. */
  label: pulumi.Input<string>;
  portalId: pulumi.Output<string>;
  /** The org's URL, without a trailing slash. */
  oktaUrl: string;
  /**
   * Which key it is, from 1: another number makes another key.
   * @default 1
   */
  keyVersion?: number;
  transform?: {
    app?: Transform<okta.app.OAuthArgs>;
    scopes?: Transform<okta.AppOauthApiScopeArgs>;
    role?: Transform<okta.app.OauthRoleAssignmentArgs>;
  };
}

/**
 * The service app in Okta that the portal's catalog reads people and groups as, with a key of its own. To grant an app
 * scopes of Okta's API or an admin role, and to change one that has a role, takes a super administrator.
 */
export class CatalogSync extends pulumi.ComponentResource {
  /** Its credentials as the portal has them. */
  readonly variables: CatalogVariables;

  constructor(name: string, args: CatalogSyncArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:CatalogSync", name, {}, options);
    const { transform } = args;
    const signIn = providerSignIn();
    const privateKey = this.privateKey(name, args.keyVersion ?? 1);
    // What Okta gets of the key is public.
    const key = pulumi.unsecret(privateKey.apply(publicKey));
    const app = new okta.app.OAuth(
      ...transformed(transform?.app, `${name}-catalog`, appArgs(args, key), {
        parent: this,
        // As for the portal's own app, Okta takes a client ID only once.
        deleteBeforeReplace: true,
      }),
    );
    const scopes = new okta.AppOauthApiScope(
      ...transformed(
        transform?.scopes,
        name,
        // Okta knows the issuer of its API's tokens by the org's own URL, not by a custom domain.
        { appId: app.id, issuer: signIn.orgUrl ?? args.oktaUrl, scopes: SCOPES },
        { parent: this },
      ),
    );
    const role = new okta.app.OauthRoleAssignment(
      ...transformed(transform?.role, name, { clientId: app.clientId, type: ROLE }, { parent: this }),
    );
    void this.warnOfMissingRights(missingRights(signIn.scopes), role);

    // Not before the rights are granted: the portal would start with credentials that Okta does not take yet.
    const clientId = pulumi.all([app.clientId, scopes.id, role.id]).apply(([id]) => id);
    this.variables = {
      OKTA_CATALOG_CLIENT_ID: clientId,
      OKTA_CATALOG_KEY_ID: key.kid,
      OKTA_CATALOG_PRIVATE_KEY: privateKey,
    };
    this.registerOutputs({});
  }

  /**
   * A Stash keeps the value that it was first given, encrypted in the state; what the later runs of the program give it is
   * left out, so that previews show nothing. Whether there is one already the program cannot know: it makes a key at each
   * run, while it waits for Okta. Another version is another Stash.
   */
  private privateKey(name: string, version: number): pulumi.Output<string> {
    const options = { parent: this, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] };
    return new pulumi.Stash(`${name}-catalog-key-${version}`, { input: pulumi.secret(newKey()) }, options)
      .output as pulumi.Output<string>;
  }

  /** Only where the rights have not been granted yet: what is there stays, whoever runs this. */
  private async warnOfMissingRights(missing: string[], role: okta.app.OauthRoleAssignment): Promise<void> {
    if (missing.length === 0 || !pulumi.runtime.isDryRun() || (await isKnown(role.id))) return;
    await pulumi.log.warn(
      `catalogSync makes a service app that reads people and groups, and this takes a super administrator: the credentials of this run lack ${missing.join(" and ")}. ` +
        "Run `pulumi up` once with a super administrator's; or have one make the app (private_key_jwt, with a public key; the Okta API scopes " +
        `${SCOPES.join(" and ")}; the admin role Read-only Administrator), set catalogSync.credentials to existing, and catalogSync.oauth to its clientId, keyId and privateKey.`,
      this,
    );
  }
}

/** What a service app needs to grant scopes and roles, of which it was not given all. An API token's rights are not seen. */
function missingRights(scopes: string[] | undefined): string[] {
  if (!scopes) return [];
  return ["okta.appGrants.manage", "okta.roles.manage"].filter((scope) => !scopes.includes(scope));
}

interface PublicKey {
  kty: "RSA";
  kid: string;
  e: string;
  n: string;
}

/** A service app for the client credentials grant, which signs in with the private key and nothing else. */
function appArgs({ label, portalId }: CatalogSyncArgs, key: pulumi.Output<PublicKey>): okta.app.OAuthArgs {
  return {
    clientId: portalId.apply((id) => `${id}-catalog`),
    label: pulumi.output(label).apply((label) => shortened(`${label} catalog`, LABEL_LIMIT)),
    type: "service",
    grantTypes: ["client_credentials"],
    responseTypes: ["token"],
    tokenEndpointAuthMethod: "private_key_jwt",
    jwks: [key],
    skipAuthenticationPolicy: true,
  };
}

/** RSA, since the provider takes no EC key: it has no place for the curve. */
async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The public half, under an ID that is its own: the digest that RFC 7638 defines. */
export function publicKey(privateKey: string): PublicKey {
  const { e = "", n = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const kid = createHash("sha256")
    .update(JSON.stringify({ e, kty: "RSA", n }))
    .digest("base64url");
  return { kty: "RSA", kid, e, n };
}
