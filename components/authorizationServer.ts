import * as okta from "@pulumi/okta";
import * as pulumi from "@pulumi/pulumi";
import { accessPolicyArgs, accessRuleArgs } from "./accessPolicy";
import type { GroupsFilter, Session } from "./configTypes";
import { groupsClaimArgs, groupsScopeArgs } from "./groupsClaim";
import type { AuthorizationServerChoice, IssuerMode } from "./lookups";
import { refusal } from "./mistakes";
import { shortened } from "./names";
import { isKnown } from "./ownership";
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

/** Okta's API description has no limits for the names of servers and policies; this one is kept to be safe. */
const NAME_LIMIT = 50;

/**
 * The authorization server that issues the portal's tokens: its groups scope and claim, and an access policy with one
 * rule for the portal's client alone. The org server takes none of these: there the claim is the app's own.
 */
export class AuthorizationServer extends pulumi.ComponentResource {
  /** The issuer that the tokens name. */
  readonly issuer: pulumi.Output<string>;
  /** The server's ID; absent with the org server, which has none. */
  readonly serverId: pulumi.Output<string> | undefined;
  /** Rejected where a shared server's groups scope is somebody else's. */
  checked = Promise.resolve();

  private readonly title: string;
  private readonly child: pulumi.CustomResourceOptions;

  constructor(
    private readonly name: string,
    private readonly args: AuthorizationServerArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("backstage-okta-sso:index:AuthorizationServer", name, {}, options);
    this.title = shortened(`${name}-${pulumi.getStack()}`, NAME_LIMIT);
    // The provider would look for what is on one server on another when the ID changes: it is to be made anew there.
    this.child = { parent: this, replaceOnChanges: ["authServerId", "policyId"] };

    const { serverId, issuer } = this.server();
    this.serverId = serverId;
    this.issuer = issuer;
    if (serverId) this.accessPolicy(serverId, this.groupsClaim(serverId));
    this.registerOutputs({ issuer });
  }

  /** The server that was chosen, made here if it is the portal's own. */
  private server(): { serverId: pulumi.Output<string> | undefined; issuer: pulumi.Output<string> } {
    const { server, oktaUrl, clientId, issuerMode, transform } = this.args;
    if (server.kind === "org") {
      void pulumi.log.warn(
        "authorizationServer is org: Okta fixes the token lifetimes of the org server, so session.duration acts on " +
          "Backstage's side alone and session.idle on neither.",
        this,
      );
      return { serverId: undefined, issuer: pulumi.output(oktaUrl) };
    }
    if (server.kind === "shared") return { serverId: pulumi.output(server.id), issuer: pulumi.output(server.issuer) };
    const args: okta.auth.ServerArgs = {
      name: this.title,
      description: pulumi.interpolate`Tokens of the Backstage portal ${clientId}`,
      audiences: [`api://${this.title}`],
      issuerMode,
    };
    const made = new okta.auth.Server(...transformed(transform?.server, this.name, args, this.child));
    return { serverId: made.id, issuer: issuerOf(made, oktaUrl) };
  }

  /** The groups scope and claim, unless a shared server has them from somebody else. */
  private groupsClaim(serverId: pulumi.Output<string>): pulumi.Resource[] {
    const { server, manageGroupsClaim, groupsFilter, clientId, transform } = this.args;
    if (server.kind === "shared" && !manageGroupsClaim) return [];
    const description = pulumi.interpolate`The names of the person's groups, for Backstage (${clientId})`;
    const scope = new okta.auth.ServerScope(
      ...transformed(transform?.scope, this.name, groupsScopeArgs(serverId, description), this.child),
    );
    if (server.kind === "shared" && server.hasGroupsScope) this.checked = refuseForeignScope(scope);
    const claim = new okta.auth.ServerClaim(
      ...transformed(transform?.claim, this.name, groupsClaimArgs(serverId, groupsFilter), {
        ...this.child,
        dependsOn: scope,
      }),
    );
    return [scope, claim];
  }

  private accessPolicy(serverId: pulumi.Output<string>, groupsClaim: pulumi.Resource[]): void {
    const { clientId, session, transform } = this.args;
    const policy = new okta.auth.ServerPolicy(
      ...transformed(transform?.policy, this.name, accessPolicyArgs(serverId, this.title, clientId), {
        ...this.child,
        ignoreChanges: ["priority"],
      }),
    );
    new okta.auth.ServerPolicyRule(
      ...transformed(transform?.rule, this.name, accessRuleArgs(serverId, policy.id, this.title, session), {
        ...this.child,
        dependsOn: groupsClaim,
      }),
    );
  }
}

/** The issuer of a dedicated server. A preview has the one of before a change, so it does not compare. */
function issuerOf(server: okta.auth.Server, oktaUrl: string): pulumi.Output<string> {
  return pulumi
    .all([server.id, server.issuer])
    .apply(([id, issuer]) => (pulumi.runtime.isDryRun() ? issuerAt(oktaUrl, id) : checkedIssuer(oktaUrl, id, issuer)));
}

const issuerAt = (oktaUrl: string, serverId: string) => `${oktaUrl}/oauth2/${serverId}`;

/**
 * The issuer that Okta names, which has to be at the address that people see: with two custom domains, say, Okta goes back
 * to the org's own.
 *
 * @throws pulumi.RunError that says what to set oktaUrl to
 */
export function checkedIssuer(oktaUrl: string, serverId: string, issuer: string): string {
  const expected = issuerAt(oktaUrl, serverId);
  if (issuer === expected) return issuer;
  const remedy = `makes the issuer ${expected}, but Okta names it ${issuer}: set oktaUrl to ${new URL(issuer).origin}`;
  throw refusal([{ key: "oktaUrl", value: oktaUrl, remedy }]);
}

/** A groups scope that is there, and not in the state, is somebody else's. */
async function refuseForeignScope(scope: okta.auth.ServerScope): Promise<void> {
  if (await isKnown(scope.id)) return;
  const remedy =
    "conflicts with a groups scope that the authorization server has and this stack did not make. " +
    "Set it to false to use that one as it is";
  throw refusal([{ key: "manageGroupsClaim", value: true, remedy }]);
}
