import type { V1ConfigMap, V1Secret } from "@kubernetes/client-node";
import { parse, YAMLParseError } from "yaml";
import { contentChecksum, OVERLAY_FILE, ROLES_FILE, type Variables } from "../../components/portal";
import { failed, type Finding, type Problem } from "./check";
import type { Cluster } from "./cluster";
import { namedVariables, type Recorded } from "./recorded";

const VARIABLES = ["OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET", "AUTH_SESSION_SECRET"] as const;
/** Whose values stand in no ConfigMap. */
export const SECRETS = [
  "OKTA_CLIENT_SECRET",
  "AUTH_SESSION_SECRET",
  "AUTH_SESSION_SECRET_PREVIOUS",
  "OKTA_CATALOG_PRIVATE_KEY",
  "OKTA_CATALOG_TOKEN",
] as const satisfies (keyof Variables)[];
const AGAIN = "put back what the stack wrote: pulumi up --refresh";

/** The Secret holds what the stack recorded. */
export async function checkSecret(cluster: Cluster, recorded: Recorded): Promise<Finding<Variables>> {
  const variables = variablesOf(await cluster.secret(recorded.secretName));
  const names = namesFor(recorded);
  return {
    says: `${recorded.secretName} has ${names.join(", ")}, as the stack recorded them`,
    problems: secretProblems(variables, recorded),
    value: isComplete(variables, names) ? variables : undefined,
  };
}

/** The ConfigMap holds what the stack recorded. */
export async function checkConfigMap(cluster: Cluster, recorded: Recorded): Promise<Finding<V1ConfigMap>> {
  const configMap = await cluster.configMap(recorded.configMapName);
  return {
    says: `${recorded.configMapName} has ${OVERLAY_FILE}, as the stack recorded it`,
    problems: configMapProblems(configMap, recorded),
    value: configMap,
  };
}

/** The variables of a Secret, decoded; undefined without a Secret. */
function variablesOf(secret: V1Secret | undefined): Partial<Record<string, string>> | undefined {
  if (!secret) return undefined;
  const decode = (value: string) => Buffer.from(value, "base64").toString();
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, decode(value)]));
}

/** What every stack's Secret has, and what the overlay of this one names besides. */
const namesFor = ({ overlay }: Recorded) => [...new Set([...VARIABLES, ...namedVariables(overlay)])];

function isComplete(
  variables: Partial<Record<string, string>> | undefined,
  names: string[],
): variables is Variables & typeof variables {
  return variables !== undefined && names.every((key) => variables[key]);
}

/** What in the Secret's variables is not as the stack recorded it. Names no value of a secret. */
export function secretProblems(variables: Partial<Record<string, string>> | undefined, recorded: Recorded): Problem[] {
  const { secretName, namespace, clientId, checksum } = recorded;
  const name = `Secret ${namespace}/${secretName}`;
  if (!variables) return [failed(`there is no ${name}`, AGAIN)];
  const names = namesFor(recorded);
  const missing = names.filter((key) => !variables[key]);
  if (missing.length > 0) return [failed(`${name} lacks ${missing.join(", ")}`, AGAIN)];
  if (variables.OKTA_CLIENT_ID !== clientId) {
    return [
      failed(`${name} has the client ID ${variables.OKTA_CLIENT_ID}, where the stack's app is ${clientId}`, AGAIN),
    ];
  }
  if (contentChecksum(variables as unknown as Variables, recorded) === checksum) return [];
  const others = names.filter((key) => key !== "OKTA_CLIENT_ID").join(" or ");
  return [failed(`${name} was changed by hand: its ${others} is not the one that the stack recorded`, AGAIN)];
}

/** What in the ConfigMap is not as the stack recorded it. */
export function configMapProblems(
  configMap: V1ConfigMap | undefined,
  { configMapName, namespace, overlay, rolePolicies }: Recorded,
): Problem[] {
  const name = `ConfigMap ${namespace}/${configMapName}`;
  if (!configMap) return [failed(`there is no ${name}`, AGAIN)];
  if (configMap.data?.[ROLES_FILE] !== rolePolicies) {
    const how =
      rolePolicies === undefined ? "has" : configMap.data?.[ROLES_FILE] === undefined ? "lacks" : "has another";
    return [failed(`${name} ${how} ${ROLES_FILE}, by which the portal's roles go: it was changed by hand`, AGAIN)];
  }
  const text = configMap.data?.[OVERLAY_FILE];
  if (text === undefined) return [failed(`${name} lacks ${OVERLAY_FILE}`, AGAIN)];
  if (text === overlay) return [];
  return [failed(`${name} was changed by hand: ${firstDifference(text, overlay)}`, `${AGAIN}${hint(text, overlay)}`)];
}

/** Where two texts part, with what is there and what belongs there; values of secrets are left out. */
function firstDifference(text: string, wanted: string): string {
  const [lines, wantedLines] = [text.split("\n"), wanted.split("\n")];
  const at = wantedLines.findIndex((line, i) => line !== lines[i]);
  // Beyond the end of what is wanted there is more.
  const index = at < 0 ? wantedLines.length : at;
  const show = (line: string | undefined) => (line === undefined ? "nothing" : `"${withoutSecret(line.trim())}"`);
  return `line ${index + 1} is ${show(lines[index])}, where the stack wrote ${show(wantedLines[index])}`;
}

/** A line of YAML whose value is hidden where its key says that it is a secret and it is no `${...}`. */
function withoutSecret(line: string): string {
  return line.replace(/^(\S*(?:secret|password|token|key)\S*:\s*)(?!"?\$\{)\S.*$/i, "$1[hidden]");
}

function hint(text: string, wanted: string): string {
  const audience = /^\s*audience: (.*)$/m;
  const [, found] = audience.exec(text) ?? [];
  const [, meant] = audience.exec(wanted) ?? [];
  return found === meant
    ? ""
    : `. Backstage fails with invalid_token unless audience is your Okta domain exactly: ${meant}`;
}

/** What in the ConfigMap is a secret in plain text. */
export function plaintextProblems(configMap: V1ConfigMap, variables: Variables): Problem[] {
  const remedy =
    "use ${ENV_VAR} interpolation and the Secret; then change the secret in Okta, since it has been readable";
  const problems: Problem[] = [];
  for (const [file, text] of Object.entries(configMap.data ?? {})) {
    for (const secret of SECRETS) {
      const value = variables[secret];
      if (value && text.includes(value)) problems.push(failed(`${file} has the value of ${secret} in it`, remedy));
    }
    if (problems.length === 0 && hasLiteralSecret(text)) {
      problems.push(failed(`${file} has a clientSecret that is no \${ENV_VAR}: Plaintext secrets in config`, remedy));
    }
  }
  return problems;
}

function hasLiteralSecret(text: string): boolean {
  let found = false;
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      if (/^(clientSecret|secret)$/.test(key) && typeof part === "string" && !/^\$\{\w+\}$/.test(part)) found = true;
      visit(part);
    }
  };
  try {
    visit(parse(text));
  } catch (error) {
    // Broken YAML is a difference from what the stack wrote, which another check tells.
    if (!(error instanceof YAMLParseError)) throw error;
  }
  return found;
}
