import { createRequire } from "node:module";
import { parse } from "yaml";
import { providerOptions, type ProviderOptions } from "../../backstage/catalog/src/options";
import type { ProviderStatus } from "../../backstage/catalog/src/status";
import type { Variables } from "../../components/portal";
import { failed, type Finding, type Problem, unknown, warning } from "./check";
import { askPortal, messageOf } from "./http";
import type { Recorded } from "./recorded";

const READER = "../../backstage/catalog/src/read";
const TRANSFORM = "../../backstage/catalog/src/transform";
const DEADLINE_MS = 30_000;
const STATUS = "/api/catalog/okta-org/status";

/** Whether the overlay has the portal read people and groups from Okta. */
export const hasCatalogSync = ({ overlay }: Recorded): boolean => entryIn(overlay) !== undefined;

/** The portal has read Okta's people and groups into its catalog. */
export async function checkCatalogRuns({ backendUrl }: Recorded): Promise<Finding> {
  const answer = await askPortal(backendUrl + STATUS);
  if (answer.status !== 200) {
    const cause = `the portal does not tell how its catalog stands: ${STATUS} answers ${answer.status} ${messageOf(answer)}`;
    return {
      problems: [failed(cause, "install the catalog module in the portal's backend (backstage/catalog/README.md)")],
    };
  }
  const runs = JSON.parse(answer.text) as ProviderStatus[];
  const says = runs.map(({ provider, lastRunEndedAt }) => `${provider} was read at ${lastRunEndedAt}`).join(", ");
  return { says, problems: runProblems(runs) };
}

/** What is wrong with the runs that a portal tells of. */
export function runProblems(runs: ProviderStatus[]): Problem[] {
  if (runs.length === 0) {
    return [
      failed("the portal reads nothing from Okta", "mount the ConfigMap as the last --config, and restart the portal"),
    ];
  }
  return runs.flatMap(({ provider, lastRunEndedAt, lastRunError }) => {
    if (lastRunError !== undefined) {
      return [failed(lastRunError, "see the catalog's log; what the catalog had from Okta before, it still has")];
    }
    if (lastRunEndedAt !== undefined) return [];
    return [unknown(`${provider} has not been read yet`, "wait for the first run, and see the catalog's log")];
  });
}

/** Okta lets the portal read its groups, and each of them has a name in the catalog. */
export async function checkCatalogGroups(variables: Variables, { overlay }: Recorded): Promise<Finding> {
  const options = withVariables(overlay, variables);
  // Okta's SDK takes a second to load, and Backstage's model a part of one, which is not everybody's to wait for.
  const load = createRequire(__filename);
  const { OktaReader } = load(READER) as typeof import("../../backstage/catalog/src/read");
  const { transform } = load(TRANSFORM) as typeof import("../../backstage/catalog/src/transform");
  try {
    const groups = await new OktaReader(options).readChosenGroups(AbortSignal.timeout(DEADLINE_MS));
    const org = { users: new Map<string, never>(), groups: new Map(groups.map((group) => [group.id, group])) };
    const { leftOut } = transform(org, options, "");
    const remedy = "rename it in Okta, or set catalogSync, and pulumi up";
    return { says: `${groups.length} groups`, problems: leftOut.map((sentence) => warning(sentence, remedy)) };
  } catch (error) {
    const remedy =
      "see that the service app is active, has the scopes okta.users.read and okta.groups.read, and an admin role that may read";
    return {
      problems: [failed(`the portal's credentials for Okta do not serve: ${(error as Error).message}`, remedy)],
    };
  }
}

function entryIn(overlay: string): object | undefined {
  const { catalog } = parse(overlay) as { catalog?: { providers?: { okta?: object[] } } };
  return catalog?.providers?.okta?.[0];
}

function withVariables(overlay: string, variables: Variables): ProviderOptions {
  const values = variables as unknown as Record<string, string | undefined>;
  const fill = (_: string, value: unknown) =>
    typeof value === "string" ? value.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? "") : value;
  return providerOptions.parse(JSON.parse(JSON.stringify(entryIn(overlay)), fill));
}
