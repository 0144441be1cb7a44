import type { Variables } from "../../components/portal";
import { CommandError } from "../command";
import { redacted } from "../redact";
import { type Deployment, engineError, type Stack } from "../stack";
import { checkAccessPolicies } from "./accessPolicies";
import { checkCatalogGroups, checkCatalogRuns, hasCatalogSync } from "./catalog";
import { check, type Check, failed, skipped } from "./check";
import { checkClocks } from "./clocks";
import { type Cluster, reachCluster } from "./cluster";
import { checkConfigMap, checkSecret, plaintextProblems, SECRETS } from "./content";
import { checkDeployment } from "./deployment";
import { checkDiscovery } from "./discovery";
import { checkAuthorize, checkClientSecret } from "./okta";
import { checkPage } from "./page";
import { checkPopup } from "./popup";
import { checkReadiness, checkRefresh, checkStart } from "./portal";
import { type Recorded, recordedIn, type Resource } from "./recorded";
import { type Report, summarize } from "./report";
import { checkRoles } from "./roles";
import { checkRollout } from "./rollout";
import { checkSecrets } from "./secrets";
import { checkKeys, checkToken } from "./token";

export interface VerifyOptions {
  /** An ID token, to be checked as well. */
  token?: string;
  /** The stack's state, where it has just been read. */
  exported?: Deployment;
}

/**
 * Checks that sign-in works as the stack recorded it: in Okta, the cluster and the portal. Changes nothing.
 *
 * @throws CommandError when the stack's state cannot be read, or has nothing in it
 */
export async function verify(stack: Stack, { token, exported }: VerifyOptions = {}): Promise<Report> {
  const { recorded, config, last } = await read(stack, exported);

  const update = check("Last update", {}, () => ({
    says: `${last?.kind ?? "no update"} ${last?.result ?? ""}`.trim(),
    problems: last?.result === "failed" ? [failed(`the last ${last.kind} of the stack failed`, "pulumi up")] : [],
  }));
  const discovery = check("Discovery document", {}, () => checkDiscovery(recorded));
  const keys = check("Signing keys", { discovery }, ({ discovery }) => checkKeys(discovery.document));
  const policies = check("Access policies", {}, () => checkAccessPolicies(recorded, config));

  const cluster = check("Cluster", {}, () => reachCluster(config, recorded.namespace));
  const secret = check("Secret", { cluster }, ({ cluster }) => checkSecret(cluster, recorded));
  const configMap = check("ConfigMap", { cluster }, ({ cluster }) => checkConfigMap(cluster, recorded));
  const plaintext = check("No plaintext secrets", { configMap, secret }, ({ configMap, secret }) => ({
    says: "the ConfigMap has no secret in it",
    problems: plaintextProblems(configMap, secret),
  }));
  const workload = deploymentChecks(cluster, recorded);

  // What the portal says counts once its pods are those of the last update, or are not going to be.
  const rolledOut = Promise.all(workload.map(({ done }) => done));
  const portal = check("Portal", {}, () => rolledOut.then(() => checkReadiness(recorded)));
  const page = check("Page", {}, () => rolledOut.then(() => checkPage(recorded)));
  const start = check("Sign-in starts", { portal, page, discovery }, ({ page, discovery }) =>
    checkStart(page, recorded, discovery.document),
  );
  const authorize = check("Okta accepts the app", { start }, ({ start }) => checkAuthorize(start, recorded));
  const clientSecret = check("Client secret", { discovery, secret }, ({ discovery, secret }) =>
    checkClientSecret(discovery.document, secret, recorded),
  );
  const secrets = check("Secrets", { secret }, ({ secret }) => checkSecrets(secret, recorded, config));
  const popup = check("Popup", { portal }, () => checkPopup(recorded));
  const refresh = check("Session refresh", { portal, page }, ({ page }) => checkRefresh(page, recorded));
  const clocks = check("Clocks", { portal, discovery }, ({ portal, discovery }) =>
    checkClocks(portal, discovery.answer),
  );
  const roles = recorded.rolePolicies === undefined ? [] : [check("Roles", { portal }, () => checkRoles(recorded))];
  const idToken =
    token !== undefined ? [check("ID token", { keys }, ({ keys }) => checkToken(token, keys, recorded))] : [];

  const inPortal = [portal, page, start, authorize, clientSecret, secrets, popup, refresh, clocks, ...roles];
  const checks = [
    [update, discovery, keys, policies, cluster, secret, configMap, plaintext, ...workload],
    [...inPortal, ...catalogChecks(secret, portal, recorded), ...idToken],
  ].flat();
  const done = await Promise.all(checks.map((each) => each.done));
  const report = summarize(
    stack.name,
    done.map(({ report }) => report),
  );
  // A pod's last words, or an answer of the portal, may repeat what it was given.
  const variables = (await secret.done).value;
  return redacted(report, [...SECRETS.map((name) => variables?.[name] ?? ""), token ?? ""]);
}

/** @throws CommandError when the stack cannot be read, or has nothing in it */
async function read(stack: Stack, exported: Promise<Deployment> | Deployment = stack.exportStack()) {
  const reading = Promise.all([exported, stack.getAllConfig(), stack.history(1, 1, false)]);
  // It takes as long to load as the engine takes to answer, so that both are done at the same time.
  setImmediate(() => void import("@kubernetes/client-node"));
  const [state, config, [last]] = await reading.catch((error) => {
    throw new CommandError(engineError(error));
  });
  const { resources = [] } = state.deployment as { resources?: Resource[] };
  return { recorded: recordedIn(resources, stack.name), config, last };
}

function catalogChecks(secret: Check<Variables>, portal: Check, recorded: Recorded): Check[] {
  if (!hasCatalogSync(recorded)) return [];
  return [
    check("Catalog groups", { secret }, ({ secret }) => checkCatalogGroups(secret, recorded)),
    check("Catalog runs", { portal }, () => checkCatalogRuns(recorded)),
  ];
}

function deploymentChecks(cluster: Check<Cluster>, recorded: Recorded): Check[] {
  const { deployment: name } = recorded;
  if (name === undefined) return [check("Deployment", {}, () => skipped("no deployment configured"))];
  const deployment = check("Deployment", { cluster }, ({ cluster }) =>
    checkDeployment(cluster, { ...recorded, deployment: name }),
  );
  const rollout = check("Rollout", { cluster, deployment }, ({ cluster, deployment }) =>
    checkRollout(cluster, deployment, recorded),
  );
  return [deployment, rollout];
}
