import * as pulumi from "@pulumi/pulumi";
import { keepNames, withCatalogNames } from "./catalogProvider";
import { checkConfig } from "./checkConfig";
import { type ExistingObjects, lookAtCluster } from "./cluster";
import type { ConfigValues } from "./configSchema";
import {
  type AuthModule,
  type CatalogSync,
  type GroupsFilter,
  type Prompt,
  type Session,
  type SignInResolver,
} from "./configTypes";
import { filterForGroupsInUse, passes } from "./groupsInUse";
import {
  type AuthorizationServerChoice,
  findGroupsAt,
  findOrg,
  findPolicy,
  findRoles,
  findServer,
  type Found,
  groupFinder,
  type IssuerMode,
  type NamedRole,
} from "./lookups";
import { CONFIG_NAMESPACE, type Mistake, refusal } from "./mistakes";
import { shortened } from "./names";
import { type NamedGroup, providerSignIn, reasonOf } from "./oktaOrg";
import { type ResolvedRoles, resolveRoles } from "./resolveRoles";
import type { Role } from "./roles";

/** The stack's config, checked, with what it names found in Okta and in the cluster. configSchema.ts describes each key. */
export interface Settings {
  portalUrl: string;
  backendUrl: string;
  label: string;
  oktaUrl: string;
  /** `CUSTOM_URL` when `oktaUrl` is a custom domain of the org. */
  issuerMode: IssuerMode;
  /** An adopted app's own; undefined where the stack makes one. */
  clientId: string | undefined;
  /** Further redirect URIs beside the portal's own. */
  redirectUris: string[];
  environment: string;
  authorizationServer: AuthorizationServerChoice;
  manageGroupsClaim: boolean;
  allowedGroups: NamedGroup[];
  keepAssignments: boolean;
  groupsFilter: GroupsFilter;
  signInResolvers: SignInResolver[];
  catalogSync: CatalogSync | undefined;
  roles: Role[];
  requireVerifiedEmail: boolean;
  prompt: Prompt;
  authModule: AuthModule;
  /** The ID of the policy that the app is held to. */
  authenticationPolicy: string | undefined;
  session: Session;
  namespace: string;
  secretName: string;
  configMapName: string;
  createNamespace: boolean;
  protect: boolean;
  dashboardTile: boolean;
  deployment: string | undefined;
  rolloutTimeoutMinutes: number;
  clientSecretVersion: number;
  sessionSecretVersion: number;
  existing: ExistingObjects;
}

const LABEL_LIMIT = 100;

/**
 * Reads the stack's config, and looks up in Okta and in the cluster what it names.
 *
 * @throws pulumi.RunError that lists every mistake, which the engine shows without a stack trace
 */
export async function readSettings(): Promise<Settings> {
  const { values, mistakes } = checkConfig(ownConfig());
  const [org, cluster] = await Promise.all([lookUpInOkta(values), lookUpInCluster(values)]);
  const groupsFilter = filterOf(values, org);
  // A role's groups are looked at in more than one way, so that there has to be something to look at.
  const rest = [...mistakes, ...org.mistakes].length === 0 ? rolesOf(values, org, groupsFilter) : noRoles;
  mistakes.push(...org.mistakes, ...rest.mistakes, ...cluster.mistakes);
  if (mistakes.length > 0) throw refusal(mistakes);

  // Where there is no mistake, every key has its value, but for those that may be left out.
  const config = values as Required<ConfigValues>;
  warnOfGroupsThatAreFilteredOut(config, groupsFilter, org.allowedGroups);
  return {
    portalUrl: config.portalUrl,
    backendUrl: config.backendUrl || config.portalUrl,
    label: config.label || shortened(`Backstage (${pulumi.getStack()})`, LABEL_LIMIT),
    oktaUrl: config.oktaUrl,
    issuerMode: org.issuerMode!,
    clientId: config.clientId || undefined,
    redirectUris: config.redirectUris,
    environment: config.environment,
    authorizationServer: org.authorizationServer!,
    manageGroupsClaim: config.manageGroupsClaim,
    allowedGroups: org.allowedGroups,
    keepAssignments: config.keepAssignments,
    groupsFilter,
    ...keepNames(rest.names, config),
    roles: rest.roles,
    requireVerifiedEmail: config.requireVerifiedEmail,
    prompt: config.prompt,
    authModule: config.authModule,
    authenticationPolicy: org.authenticationPolicy,
    session: config.session,
    namespace: config.namespace,
    secretName: config.secretName,
    configMapName: config.configMapName,
    createNamespace: config.createNamespace,
    protect: config.protect,
    dashboardTile: config.dashboardTile,
    deployment: config.deployment || undefined,
    rolloutTimeoutMinutes: config.rolloutTimeout,
    clientSecretVersion: config.clientSecretVersion,
    sessionSecretVersion: config.sessionSecretVersion,
    existing: cluster.existing,
  };
}

const noRoles: ResolvedRoles = { roles: [], names: {}, mistakes: [] };

/** The claim's filter: as it is set, or for the groups that the config names. */
function filterOf(
  { groupsFilter, signInResolvers = [] }: ConfigValues,
  { allowedGroups, roles }: FoundInOkta,
): GroupsFilter {
  const names = [...allowedGroups.map(({ name }) => name), ...roles.flatMap(({ groups }) => groups)];
  return groupsFilter ?? filterForGroupsInUse(names, signInResolvers);
}

function rolesOf(
  { signInResolvers = [], catalogSync, manageGroupsClaim }: ConfigValues,
  { roles, authorizationServer }: FoundInOkta,
  groupsFilter: GroupsFilter,
): ResolvedRoles {
  const isOwnClaim = authorizationServer?.kind !== "shared" || manageGroupsClaim;
  return resolveRoles(roles, {
    signInResolvers: withCatalogNames(signInResolvers, catalogSync),
    groupsFilter: isOwnClaim ? groupsFilter : undefined,
    catalogSync,
  });
}

/** The config of this project's namespace, by key without it. */
function ownConfig(): Record<string, string> {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(CONFIG_NAMESPACE));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(CONFIG_NAMESPACE.length), value]));
}

interface FoundInOkta {
  issuerMode: IssuerMode | undefined;
  authorizationServer: AuthorizationServerChoice | undefined;
  allowedGroups: NamedGroup[];
  roles: NamedRole[];
  authenticationPolicy: string | undefined;
  mistakes: Mistake[];
}

/** Looks up what the config names in Okta, as far as that could be read; asks no other org than the one that it means. */
async function lookUpInOkta(values: ConfigValues): Promise<FoundInOkta> {
  const { oktaUrl, authorizationServer, manageGroupsClaim = true, authenticationPolicy } = values;
  const { allowedGroups = [], roles = {} } = values;
  const signIn = providerSignIn();
  const nothing = { value: undefined, mistakes: [] };
  const org: Found<IssuerMode> = oktaUrl ? await findOrg(oktaUrl, signIn) : nothing;
  const isOurs = org.mistakes.length === 0;
  const find = groupFinder();
  const [groups, namedRoles, server, policy] = await Promise.all([
    isOurs ? answered("allowedGroups", findGroupsAt("allowedGroups", allowedGroups, find)) : nothing,
    isOurs ? answered("roles", findRoles(roles, find)) : nothing,
    isOurs && authorizationServer && oktaUrl
      ? answered("authorizationServer", findServer(authorizationServer, oktaUrl, manageGroupsClaim))
      : nothing,
    isOurs ? answered("authenticationPolicy", findPolicy(authenticationPolicy ?? "")) : nothing,
  ]);
  return {
    issuerMode: org.value,
    authorizationServer: server.value,
    allowedGroups: groups.value ?? [],
    roles: namedRoles.value ?? [],
    authenticationPolicy: policy.value,
    mistakes: [
      ...orgServerMistakes(authorizationServer, signIn.oauth2),
      ...org.mistakes,
      ...groups.mistakes,
      ...namedRoles.mistakes,
      ...server.mistakes,
      ...policy.mistakes,
    ],
  };
}

/** What a look-up found, or that Okta could not be asked. */
async function answered<T>(key: string, look: Promise<Found<T>>): Promise<Found<T>> {
  try {
    return await look;
  } catch (error) {
    return {
      value: undefined,
      mistakes: [
        { key, value: undefined, remedy: `could not be looked up in Okta: ${reasonOf(error)}`, unanswered: true },
      ],
    };
  }
}

function orgServerMistakes(authorizationServer: string | undefined, oauth2: boolean): Mistake[] {
  if (authorizationServer !== "org" || !oauth2) return [];
  const remedy =
    "needs a groups claim on the app, which Okta takes with an SSWS token only and drops in silence with OAuth 2.0 " +
    "credentials: sign in with OKTA_API_TOKEN, or use dedicated or the name of a custom server";
  return [{ key: "authorizationServer", value: authorizationServer, remedy }];
}

/** Looks at the cluster by the stack's Kubernetes provider's config; not while one of the names in it is wrong. */
async function lookUpInCluster(values: ConfigValues): Promise<{ existing: ExistingObjects; mistakes: Mistake[] }> {
  const { namespace, createNamespace, secretName, configMapName, deployment } = values;
  const { clientSecretVersion, sessionSecretVersion } = values;
  if (!namespace || createNamespace === undefined || !secretName || !configMapName || deployment === undefined) {
    return { existing: { secret: undefined, configMap: undefined }, mistakes: [] };
  }
  const names = { namespace, createNamespace, secretName, configMapName, deployment: deployment || undefined };
  const provider = new pulumi.Config("kubernetes");
  return lookAtCluster(
    { ...names, clientSecretVersion, sessionSecretVersion },
    { kubeconfig: provider.get("kubeconfig"), context: provider.get("context") },
  );
}

/** Who may sign in by a group that the claim leaves out owns nothing by it. */
function warnOfGroupsThatAreFilteredOut(
  { signInResolvers }: Required<ConfigValues>,
  groupsFilter: GroupsFilter,
  allowedGroups: NamedGroup[],
): void {
  if (!signInResolvers.some(({ resolver }) => resolver === "oktaGroups")) return;
  if (allowedGroups.some(({ name }) => passes(groupsFilter, name))) return;
  const { type, value } = groupsFilter;
  void pulumi.log.warn(
    `groupsFilter (${type} ${value}) leaves every group of allowedGroups out of the claim, so that oktaGroups gives nobody ` +
      "ownership by the group that lets them in: widen the filter, or name other groups.",
  );
}
