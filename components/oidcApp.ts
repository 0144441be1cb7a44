import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { AuthModule, GroupsFilter, IssuerMode, OktaGroup } from "./settings";
import { type Transform, transformed } from "./transform";
import { CALLBACK_PATH } from "./urls";

export interface OidcAppArgs {
  /** The app's name in Okta's console. */
  label: string;
  /** Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: string;
  /** Backstage's `backend.baseUrl`, without a trailing slash. */
  backendUrl: string;
  /** The groups whose members may sign in. */
  allowedGroups: OktaGroup[];
  /** Which backend module the portal runs. Only `pkce` can send a PKCE challenge, so only then does the app require it. */
  authModule: AuthModule;
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
  transform?: {
    clientId?: Transform<random.RandomIdArgs>;
    app?: Transform<okta.app.OAuthArgs>;
    assignments?: Transform<okta.AppGroupAssignmentsArgs>;
  };
}

/** The OIDC web app in Okta, and the groups that are assigned to it. */
export class OidcApp extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>;
  /** A secret. */
  readonly clientSecret: pulumi.Output<string>;
  /** The one sign-in redirect URI. */
  readonly redirectUri: string;
  /** The one sign-out redirect URI. */
  readonly signOutRedirectUri: string;

  constructor(name: string, args: OidcAppArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:OidcApp", name, {}, options);
    this.redirectUri = redirectUri(args);
    this.signOutRedirectUri = signOutRedirectUri(args);

    if (args.authModule === "stock") {
      void pulumi.log.warn(
        "authModule is stock: Backstage's own okta module cannot send a PKCE challenge, so the app does not require PKCE. " +
          "Install this project's backend module and set authModule to pkce to require it.",
        this,
      );
    }

    // The state knows the client ID before Okta does, so that an update which was killed and is run again cannot make a
    // second app in silence: Okta refuses a client ID that it has.
    const clientId = new random.RandomId(
      ...transformed(args.transform?.clientId, name, { byteLength: 10, prefix: `${name}-` }, { parent: this }),
    ).hex;
    const app = new okta.app.OAuth(
      ...transformed(args.transform?.app, name, oauthArgs(args, clientId), {
        parent: this,
        protect: args.protect,
        // The new app has the old one's client ID, which Okta takes only once.
        deleteBeforeReplace: true,
      }),
    );
    new okta.AppGroupAssignments(
      ...transformed(
        args.transform?.assignments,
        name,
        { appId: app.id, groups: args.allowedGroups.map(({ id }) => ({ id, profile: "{}" })) },
        { parent: this },
      ),
    );

    this.clientId = app.clientId;
    this.clientSecret = app.clientSecret;
    this.registerOutputs({ clientId: this.clientId });
  }
}

/** What Okta is told about the app. No implicit grant: the code flow is the only one, with one exact URI each way. */
function oauthArgs(args: OidcAppArgs, clientId: pulumi.Input<string>): okta.app.OAuthArgs {
  return {
    clientId,
    label: args.label,
    type: "web",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    redirectUris: [redirectUri(args)],
    postLogoutRedirectUris: [signOutRedirectUri(args)],
    wildcardRedirect: "DISABLED",
    pkceRequired: args.authModule === "pkce",
    tokenEndpointAuthMethod: "client_secret_basic",
    refreshTokenRotation: "ROTATE",
    // Seconds in which a rotated token still works, for a browser whose answer was lost on the way.
    refreshTokenLeeway: 30,
    consentMethod: "TRUSTED",
    issuerMode: args.issuerMode,
    ...(args.groupsClaim && {
      groupsClaim: {
        type: "FILTER",
        filterType: args.groupsClaim.type,
        name: "groups",
        value: args.groupsClaim.value,
      },
    }),
    hideWeb: !args.dashboardTile,
    hideIos: !args.dashboardTile,
    // The tile sends the person to the portal, which starts the sign-in itself.
    ...(args.dashboardTile && { loginUri: `${args.portalUrl}/`, loginMode: "SPEC" }),
  };
}

const redirectUri = ({ backendUrl }: OidcAppArgs) => backendUrl + CALLBACK_PATH;
const signOutRedirectUri = ({ portalUrl }: OidcAppArgs) => `${portalUrl}/`;
