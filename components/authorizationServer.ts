import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { SCOPES } from "./portal";
import type { AuthorizationServerChoice, GroupsFilter, IssuerMode, Session } from "./settings";
import { type Transform, transformed } from "./transform";

export interface AuthorizationServerArgs {
  /** Which server issues the tokens. */
  server: AuthorizationServerChoice;
  /** The org's URL or its custom domain. */
  oktaUrl: string;
  /** With a dedicated server: whether its issuer is the org's own URL or its custom domain. */
  issuerMode: IssuerMode;
  /** The client that the access policy is for. */
  clientId: pulumi.Input<string>;
  /** With a shared server: whether its groups scope and claim are made here. */
  manageGroupsClaim: boolean;
  /** Which of a user's groups go into the claim. */
  groupsFilter: GroupsFilter;
  /** Lifetime and idle window of refresh tokens. */
  session: Session;
  transform?: {
    server?: Transform<okta.auth.ServerArgs>;
    scope?: Transform<okta.auth.ServerScopeArgs>;
    claim?: Transform<okta.auth.ServerClaimArgs>;
    policy?: Transform<okta.auth.ServerPolicyArgs>;
    rule?: Transform<okta.auth.ServerPolicyRuleArgs>;
  };
}

/**
 * The authorization server that issues the portal's tokens: its groups scope and claim, and an access policy with one
 * rule for the portal's client alone. The org server takes none of these: there the claim is the app's own.
 */
export class AuthorizationServer extends pulumi.ComponentResource {
  /** The issuer that the tokens name. */
  readonly issuer: pulumi.Output<string>;
  /** The server's ID; absent with the org server, which has none. */
  readonly serverId: pulumi.Output<string> | undefined;

  constructor(name: string, args: AuthorizationServerArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:AuthorizationServer", name, {}, options);
    // The provider would look for what is on one server on another when the ID changes: it is to be made anew there.
    const child = { parent: this, replaceOnChanges: ["authServerId", "policyId"] };
    const { server, transform } = args;
    const title = `${name}-${pulumi.getStack()}`;

    if (server.kind === "org") {
      void pulumi.log.warn(
        "authorizationServer is org: Okta fixes the token lifetimes of the org server, so session.duration acts on " +
          "Backstage's side alone and session.idle on neither.",
        this,
      );
      this.issuer = pulumi.output(args.oktaUrl);
      this.registerOutputs({ issuer: this.issuer });
      return;
    }

    if (server.kind === "dedicated") {
      const { id } = new okta.auth.Server(
        ...transformed(
          transform?.server,
          name,
          {
            name: title,
            description: `Tokens of the Backstage portal of stack ${pulumi.getStack()}`,
            audiences: [`api://${title}`],
            issuerMode: args.issuerMode,
          },
          child,
        ),
      );
      this.serverId = id;
      this.issuer = pulumi.interpolate`${args.oktaUrl}/oauth2/${id}`;
    } else {
      this.serverId = pulumi.output(server.id);
      this.issuer = pulumi.output(server.issuer);
    }

    const groups = [];
    if (server.kind === "dedicated" || args.manageGroupsClaim) {
      const scope = new okta.auth.ServerScope(
        ...transformed(
          transform?.scope,
          name,
          {
            authServerId: this.serverId,
            name: "groups",
            displayName: "Groups",
            description: groupsScopeDescription(),
            consent: "IMPLICIT",
            metadataPublish: "ALL_CLIENTS",
          },
          child,
        ),
      );
      const claim = new okta.auth.ServerClaim(
        ...transformed(
          transform?.claim,
          name,
          {
            authServerId: this.serverId,
            name: "groups",
            claimType: "IDENTITY",
            valueType: "GROUPS",
            groupFilterType: args.groupsFilter.type,
            value: args.groupsFilter.value,
            scopes: ["groups"],
            alwaysIncludeInToken: true,
          },
          { ...child, dependsOn: scope },
        ),
      );
      groups.push(scope, claim);
    }

    // Okta puts a policy made later in front and moves the others back: the number is where it starts, not where it stays.
    const first = { ...child, ignoreChanges: ["priority"] };
    const policy = new okta.auth.ServerPolicy(
      ...transformed(
        transform?.policy,
        name,
        {
          authServerId: this.serverId,
          name: title,
          description: `Sign-in of the Backstage portal of stack ${pulumi.getStack()}`,
          priority: 1,
          clientWhitelists: [args.clientId],
        },
        first,
      ),
    );
    new okta.auth.ServerPolicyRule(
      ...transformed(
        transform?.rule,
        name,
        {
          authServerId: this.serverId,
          policyId: policy.id,
          name: title,
          priority: 1,
          grantTypeWhitelists: ["authorization_code"],
          scopeWhitelists: SCOPES,
          // Who may sign in is decided once, by the groups that are assigned to the app.
          groupWhitelists: ["EVERYONE"],
          accessTokenLifetimeMinutes: Math.min(60, args.session.idleMinutes),
          refreshTokenLifetimeMinutes: args.session.durationMinutes,
          refreshTokenWindowMinutes: args.session.idleMinutes,
        },
        { ...child, dependsOn: groups },
      ),
    );
    this.registerOutputs({ issuer: this.issuer });
  }
}

/**
 * Describes the groups scope that this stack makes: a groups scope with another description is somebody else's, which
 * the settings refuse before anything is made.
 */
export function groupsScopeDescription(): string {
  return `The names of the person's groups, for Backstage (Pulumi stack ${pulumi.getStack()})`;
}
