import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
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
  transform?: { app?: Transform<okta.app.OAuthArgs>; assignments?: Transform<okta.AppGroupAssignmentsArgs> };
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
    this.redirectUri = args.backendUrl + CALLBACK_PATH;
    this.signOutRedirectUri = `${args.portalUrl}/`;

    if (args.authModule === "stock") {
      void pulumi.log.warn(
        "authModule is stock: Backstage's own okta module cannot send a PKCE challenge, so the app does not require PKCE. " +
          "Install this project's backend module and set authModule to pkce to require it.",
        this,
      );
    }

    const app = new okta.app.OAuth(
      ...transformed(args.transform?.app, name, oauthArgs(args, this.redirectUri, this.signOutRedirectUri), {
        parent: this,
        protect: args.protect,
        // Two apps of one label would look alike in Okta's console, and to the check below.
        deleteBeforeReplace: true,
        hooks: { beforeCreate: [notYetThere(name)] },
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

/**
 * Stops before a second app of the same label is made: an update that was killed after Okta had made the app, and before
 * the state knew, leaves one that nobody would look for.
 */
function notYetThere(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(`${name}-app-not-yet-there`, async ({ newInputs }) => {
    const label = newInputs?.label as string;
    const { apps } = await okta.getApps({ q: label });
    const same = apps.find((app) => app.label === label);
    if (same) {
      throw new Error(
        `Okta has an app labelled "${label}" already, ${same.id}. If an update that was interrupted left it, deactivate ` +
          "and delete it in Okta and run this again; if it is somebody else's, set backstage-okta-sso:label to another name.",
      );
    }
  });
}

/** What Okta is told about the app. No implicit grant: the code flow is the only one, with one exact URI each way. */
export function oauthArgs(args: OidcAppArgs, redirectUri: string, signOutRedirectUri: string): okta.app.OAuthArgs {
  return {
    label: args.label,
    type: "web",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [signOutRedirectUri],
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
