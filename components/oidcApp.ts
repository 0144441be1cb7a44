import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { AuthModule, GroupsFilter } from "./configTypes";
import { appGroupsClaim } from "./groupsClaim";
import type { IssuerMode } from "./lookups";
import { type NamedObjects, unlessForeign } from "./ownership";
import { type Transform, transformed } from "./transform";
import { CALLBACK_PATH } from "./urls";
import { type SecretTransform, versionedSecret } from "./versionedSecret";

export interface OidcAppArgs {
  /** What is in the cluster already under the portal's names: nothing is made while it is somebody else's. */
  existing: NamedObjects;
  /** The app's name in Okta's console. */
  label: pulumi.Input<string>;
  /** Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: pulumi.Input<string>;
  /** Backstage's `backend.baseUrl`, without a trailing slash. */
  backendUrl: pulumi.Input<string>;
  /**
   * The client ID of an app that was there before.
   * @default one that is made here
   */
  clientId?: string;
  /** Further redirect URIs, beside the one of `backendUrl`. */
  redirectUris: pulumi.Input<string>[];
  /** The groups whose members may sign in, by their IDs. */
  allowedGroups: { id: pulumi.Input<string> }[];
  /** Whether groups that somebody else has assigned stay. */
  keepAssignments: boolean;
  /** Which backend module the portal runs. Only `pkce` can send a PKCE challenge, so only then does the app require it. */
  authModule: AuthModule;
  /**
   * The ID of the authentication policy that the app is held to.
   * @default whatever policy it has, which stays as it is
   */
  authenticationPolicy?: pulumi.Input<string>;
  /** Whether tokens name the org's own URL or its custom domain as issuer. */
  issuerMode: IssuerMode;
  /**
   * A groups claim on the app itself: only the org authorization server reads it, and only an SSWS token can set it.
   * @default none
   */
  groupsClaim?: GroupsFilter;
  /** Refuse to delete or replace the app. A new client ID ends every session. */
  protect: boolean;
  /** Show a tile on the Okta dashboard that opens the portal. */
  dashboardTile: boolean;
  /**
   * Which client secret it is, from 1. With 1 an app keeps the one that it began with; each further one is sent to Okta.
   * @default 1
   */
  clientSecretVersion?: number;
  transform?: {
    clientId?: Transform<random.RandomIdArgs>;
    clientSecret?: SecretTransform;
    app?: Transform<okta.app.OAuthArgs>;
    assignments?: Transform<okta.AppGroupAssignmentsArgs>;
    assignment?: Transform<okta.app.GroupAssignmentArgs>;
  };
}

/** The OIDC web app in Okta, and the groups that are assigned to it. */
export class OidcApp extends pulumi.ComponentResource {
  /**
   * An ID that the state, or the config, has before Okta or the cluster do. It is the client ID, so that an update which was
   * killed and is run again cannot make a second app in silence, since Okta refuses a client ID that it has; and by it a
   * portal knows its own objects.
   */
  readonly portalId: pulumi.Output<string>;
  /** Rejected where something in the cluster is somebody else's. */
  readonly checked: Promise<void>;
  readonly clientId: pulumi.Output<string>;
  /** A secret. */
  readonly clientSecret: pulumi.Output<string>;
  /** The portal's sign-in redirect URI. */
  readonly redirectUri: pulumi.Output<string>;
  /** The one sign-out redirect URI. */
  readonly signOutRedirectUri: pulumi.Output<string>;

  constructor(name: string, args: OidcAppArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:OidcApp", name, {}, options);
    const { transform } = args;
    this.redirectUri = pulumi.output(args.backendUrl).apply((url) => url + CALLBACK_PATH);
    this.signOutRedirectUri = pulumi.output(args.portalUrl).apply((url) => `${url}/`);

    if (args.authModule === "stock") {
      void pulumi.log.warn(
        "authModule is stock: Backstage's own okta module cannot send a PKCE challenge, so the app does not require PKCE. " +
          "Install this project's backend module and set authModule to pkce to require it.",
        this,
      );
    }

    const { portalId, checked } = unlessForeign(this.ownId(name, args), args.existing);
    this.portalId = portalId;
    this.checked = checked;
    const version = args.clientSecretVersion ?? 1;
    const clientSecret = versionedSecret(name, version, transform?.clientSecret, this);
    const isFirst = version === 1;
    const appArgs = {
      ...oauthArgs(args, this.portalId, this.redirectUri, this.signOutRedirectUri),
      clientBasicSecret: clientSecret,
    };
    const app = new okta.app.OAuth(
      ...transformed(transform?.app, name, appArgs, {
        parent: this,
        protect: args.protect,
        // The new app has the old one's client ID, which Okta takes only once.
        deleteBeforeReplace: true,
        // An app of an earlier version of this program has a secret that Okta made. Another one in its place could make
        // that useless at once, and every sign-in fail until the portal has restarted: `rotate` does it in another order.
        ignoreChanges: isFirst ? ["clientBasicSecret"] : [],
      }),
    );
    if (args.keepAssignments) this.assignEach(name, app.id, args);
    else this.assignAll(name, app.id, args);

    this.clientId = app.clientId;
    // Not the app's from the second on, so that the portal can have it before the app is updated.
    this.clientSecret = isFirst ? app.clientSecret : clientSecret;
    this.registerOutputs({ clientId: this.clientId });
  }

  private ownId(name: string, { clientId, transform }: OidcAppArgs): pulumi.Output<string> {
    if (clientId) return pulumi.output(clientId);
    const args = { byteLength: 10, prefix: `${name}-` };
    return new random.RandomId(...transformed(transform?.clientId, name, args, { parent: this })).hex;
  }

  /** These groups and no other: the provider takes away what somebody assigned by hand. */
  private assignAll(name: string, appId: pulumi.Output<string>, { allowedGroups, transform }: OidcAppArgs): void {
    const args = { appId, groups: allowedGroups.map(({ id }) => ({ id, profile: "{}" })) };
    new okta.AppGroupAssignments(...transformed(transform?.assignments, name, args, { parent: this }));
  }

  /** These groups, each by itself, beside those that are there. */
  private assignEach(name: string, appId: pulumi.Output<string>, { allowedGroups, transform }: OidcAppArgs): void {
    // Okta numbers the assignments, and fills their profiles up: the provider would put both back at each update.
    const options = { parent: this, ignoreChanges: ["priority", "profile"] };
    for (const [index, { id: groupId }] of allowedGroups.entries()) {
      // By the group, so that another order of the list changes nothing.
      const own = `${name}-${typeof groupId === "string" ? groupId : index}`;
      const args = { appId, groupId, profile: "{}" };
      new okta.app.GroupAssignment(...transformed(transform?.assignment, own, args, { ...options }));
    }
  }
}

/** What Okta is told about the app. No implicit grant: the code flow is the only one, and every redirect URI is exact. */
function oauthArgs(
  args: OidcAppArgs,
  clientId: pulumi.Input<string>,
  redirectUri: pulumi.Input<string>,
  signOutRedirectUri: pulumi.Input<string>,
): okta.app.OAuthArgs {
  const { authenticationPolicy, groupsClaim, dashboardTile } = args;
  return {
    clientId,
    label: args.label,
    type: "web",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    redirectUris: [redirectUri, ...args.redirectUris],
    postLogoutRedirectUris: [signOutRedirectUri],
    wildcardRedirect: "DISABLED",
    // With Okta's federation broker mode everybody of the org could enter, and assignments would not count.
    implicitAssignment: false,
    pkceRequired: args.authModule === "pkce",
    tokenEndpointAuthMethod: "client_secret_basic",
    refreshTokenRotation: "ROTATE",
    // Seconds in which a rotated token still works, for a browser whose answer was lost on the way.
    refreshTokenLeeway: 30,
    consentMethod: "TRUSTED",
    issuerMode: args.issuerMode,
    // Without either, the provider assigns the org's default policy at each update, and undoes what somebody chose by hand.
    ...(authenticationPolicy ? { authenticationPolicy } : { skipAuthenticationPolicy: true }),
    ...(groupsClaim && { groupsClaim: appGroupsClaim(groupsClaim) }),
    hideWeb: !dashboardTile,
    hideIos: !dashboardTile,
    // The tile sends the person to the portal, which starts the sign-in itself.
    ...(dashboardTile && { loginUri: signOutRedirectUri, loginMode: "SPEC" }),
  };
}
