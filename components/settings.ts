import * as pulumi from "@pulumi/pulumi";
import { groupsScopeDescription } from "./authorizationServer";
import { checkConfig, type ConfigValues, type Mistake } from "./configSchema";
import {
  findAuthorizationServer,
  findGroups,
  findScope,
  orgBehind,
  providerSignIn,
  type ProviderSignIn,
} from "./oktaOrg";
import { CONFIG_MISTAKE } from "./marks";
import { isOktaDomain } from "./urls";

export type AuthModule = "pkce" | "stock";
export type IssuerMode = "ORG_URL" | "CUSTOM_URL";

/** A group of the org, found by its name. */
export interface OktaGroup {
  id: string;
  name: string;
}

/** Which of a user's groups go into the groups claim, in the terms of Okta's API. */
export interface GroupsFilter {
  type: "STARTS_WITH" | "EQUALS" | "CONTAINS" | "REGEX";
  value: string;
}

/** One entry of Backstage's `signIn.resolvers`: the resolver's name, and its options beside it. */
export interface SignInResolver {
  resolver: string;
  [option: string]: unknown;
}

/** How long a sign-in lasts, at the most and without use. */
export interface Session {
  durationMinutes: number;
  idleMinutes: number;
}

/** Which server issues the tokens: one made for this portal, the org's own, or an existing custom one. */
export type AuthorizationServerChoice =
  { kind: "dedicated" } | { kind: "org" } | { kind: "shared"; name: string; id: string; issuer: string };

/** The stack's config, checked, with what it names in Okta found there. Pulumi.yaml describes each key. */
export interface Settings {
  portalUrl: string;
  backendUrl: string;
  label: string;
  oktaUrl: string;
  /** `CUSTOM_URL` when `oktaUrl` is a custom domain of the org. */
  issuerMode: IssuerMode;
  environment: string;
  authorizationServer: AuthorizationServerChoice;
  manageGroupsClaim: boolean;
  allowedGroups: OktaGroup[];
  groupsFilter: GroupsFilter;
  signInResolvers: SignInResolver[];
  authModule: AuthModule;
  session: Session;
  namespace: string;
  secretName: string;
  configMapName: string;
  createNamespace: boolean;
  protect: boolean;
  dashboardTile: boolean;
  deployment: string | undefined;
}

const NAMESPACE = "backstage-okta-sso:";

/**
 * Reads the stack's config, and looks up in Okta what it names.
 *
 * @throws pulumi.RunError that lists every mistake, which the engine shows without a stack trace
 */
export async function readSettings(): Promise<Settings> {
  const { values, mistakes } = checkConfig(ownConfig());
  const org = await lookUp(values);
  mistakes.push(...org.mistakes);
  if (mistakes.length > 0) throw new pulumi.RunError(describe(mistakes));

  // Where there is no mistake, every key has its value.
  const config = values as Required<ConfigValues>;
  return {
    ...config,
    issuerMode: org.issuerMode,
    authorizationServer: org.authorizationServer as AuthorizationServerChoice,
    allowedGroups: org.allowedGroups,
    backendUrl: config.backendUrl || config.portalUrl,
    label: config.label || `Backstage (${pulumi.getStack()})`,
    deployment: config.deployment || undefined,
  };
}

/** The config of this project's namespace, by key without it. */
function ownConfig(): Record<string, string> {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(NAMESPACE));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(NAMESPACE.length), value]));
}

interface LookedUp {
  issuerMode: IssuerMode;
  authorizationServer: AuthorizationServerChoice | undefined;
  allowedGroups: OktaGroup[];
  mistakes: Mistake[];
}

/** Finds in Okta what the config names, as far as that could be read; asks no other org than the one that it means. */
async function lookUp(values: ConfigValues): Promise<LookedUp> {
  const { oktaUrl, authorizationServer, manageGroupsClaim, allowedGroups = [] } = values;
  const signIn = providerSignIn();
  const found: LookedUp = { issuerMode: "ORG_URL", authorizationServer: undefined, allowedGroups: [], mistakes: [] };
  const mistake = (key: string, value: unknown, remedy: string) => found.mistakes.push({ key, value, remedy });
  const unanswered = (remedy: string) => found.mistakes.push({ key: "oktaUrl", value: oktaUrl, remedy, unanswered: true });

  if (authorizationServer === "org" && signIn.oauth2) {
    mistake(
      "authorizationServer",
      authorizationServer,
      "needs a groups claim on the app, which Okta takes with an SSWS token only and drops in silence with OAuth 2.0 " +
        "credentials: sign in with OKTA_API_TOKEN, or use dedicated or the name of a custom server",
    );
  }
  if (oktaUrl && !isOrgUrl(oktaUrl, signIn)) {
    const remedy = await otherOrgMistake(oktaUrl, signIn);
    if (remedy) {
      mistake("oktaUrl", oktaUrl, remedy);
      return found;
    }
    found.issuerMode = "CUSTOM_URL";
  }

  try {
    for (const [index, groups] of (await Promise.all(allowedGroups.map(findGroups))).entries()) {
      const [group, other] = groups;
      if (other) {
        const ids = groups.map(({ id }) => id).join(", ");
        mistake(`allowedGroups[${index}]`, allowedGroups[index], `is the name of several groups (${ids}): rename one`);
      } else if (group) found.allowedGroups.push(group);
      else
        mistake(
          `allowedGroups[${index}]`,
          allowedGroups[index],
          "is no group of the org: correct it, or make the group",
        );
    }
    if (authorizationServer === "dedicated" || authorizationServer === "org") {
      found.authorizationServer = { kind: authorizationServer };
    } else if (authorizationServer) {
      const server = await findAuthorizationServer(authorizationServer);
      if (server) {
        const issuer = server.issuerMode === "DYNAMIC" ? `${oktaUrl}/oauth2/${server.id}` : server.issuer;
        found.authorizationServer = { kind: "shared", name: authorizationServer, id: server.id, issuer };
        if (server.status !== "ACTIVE") {
          mistake("authorizationServer", authorizationServer, "is not active: activate it in Okta, or use another");
        }
        const scope = await findScope(server.id, "groups");
        if (!scope && manageGroupsClaim === false) {
          mistake(
            "manageGroupsClaim",
            manageGroupsClaim,
            `cannot be: ${authorizationServer} has no groups scope. Set it to true, or make the scope and the claim`,
          );
        }
        if (scope && manageGroupsClaim && scope.description !== groupsScopeDescription()) {
          mistake(
            "manageGroupsClaim",
            manageGroupsClaim,
            `cannot be: ${authorizationServer} has a groups scope that this stack did not make. ` +
              "Set it to false to use that one as it is",
          );
        }
      } else {
        mistake(
          "authorizationServer",
          authorizationServer,
          "is no custom authorization server of the org: correct its name, or use dedicated or org",
        );
      }
    }
  } catch (error) {
    const reason = (error as Error).message.replace(/^invocation of \S+ returned an error: /i, "");
    unanswered(`could not be asked about groups and servers: ${reason}`);
  }
  return found;
}

/** Whether a URL is where the Okta provider sends its calls, and so certainly the same org. */
function isOrgUrl(oktaUrl: string, signIn: ProviderSignIn): boolean {
  return oktaUrl === signIn.orgUrl || oktaUrl === signIn.httpProxy;
}

/** Why a URL that is not the provider's own is not a custom domain of its org either; undefined when it is one. */
async function otherOrgMistake(oktaUrl: string, signIn: ProviderSignIn): Promise<string | undefined> {
  if (!signIn.orgUrl)
    return "is set, but the Okta provider has no org: set OKTA_ORG_NAME (and OKTA_BASE_URL) to the same";
  const other = `is not the org that the Okta provider signs in to, ${signIn.orgUrl}: set OKTA_ORG_NAME and OKTA_BASE_URL, or oktaUrl, to the same org`;
  if (isOktaDomain(oktaUrl)) return other;
  try {
    return isOrgUrl(await orgBehind(oktaUrl), signIn) ? undefined : other;
  } catch (error) {
    return `does not answer as a custom domain of ${signIn.orgUrl}: ${(error as Error).message}`;
  }
}

/** The mistakes as a person reads them, with no value that is secret in the config, and no password in a URL. */
function describe(mistakes: Mistake[]): string {
  // The keys of the secret values, as the engine tells them to the SDK.
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
  const lines = mistakes.map(({ key, value, remedy }) => {
    const secret = secrets.includes(NAMESPACE + (key.split(/[.[]/)[0] ?? ""));
    const shown = secret ? "[secret]" : JSON.stringify(value)?.replace(/\/\/[^/@]*@/, "//***@");
    const given = value === undefined || value === "" ? "" : ` ${shown}`;
    return `  ${NAMESPACE}${key}${given} ${remedy}`;
  });
  const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  // Where all that is wrong is that Okta did not answer, the config may well be right.
  const mark = mistakes.every(({ unanswered }) => unanswered) ? "" : `${CONFIG_MISTAKE}: `;
  return [
    `${mark}the config of stack ${pulumi.getStack()} has ${count}. Nothing was changed.`,
    ...lines,
    `Correct it with \`pulumi config set KEY VALUE\` (--path for a key inside another), or in Pulumi.${pulumi.getStack()}.yaml.`,
  ].join("\n");
}
