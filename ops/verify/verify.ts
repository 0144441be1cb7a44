import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { CommandError, runCommand, stackCommand, type StackOptions } from "./command";
import { engineError, openStack, type Stack } from "./stack";
import { check, type Check, failed, skipped } from "./verify/check";
import { checkClocks } from "./verify/clocks";
import { type Cluster, reachCluster } from "./verify/cluster";
import { checkConfigMap, checkSecret, plaintextProblems } from "./verify/content";
import { checkDeployment } from "./verify/deployment";
import { checkDiscovery } from "./verify/discovery";
import { checkAuthorize, checkClientSecret } from "./verify/okta";
import { checkPopup } from "./verify/popup";
import { checkReadiness, checkRefresh, checkStart } from "./verify/portal";
import { readRecorded, type Recorded } from "./verify/recorded";
import { describe, type Report, summarize } from "./verify/report";
import { checkRollout } from "./verify/rollout";
import { checkKeys, checkToken } from "./verify/token";

export type { Report };

export interface VerifyOptions {
  /** An ID token, to be checked as well. */
  token?: string;
}

/**
 * Checks that sign-in works as the stack recorded it: in Okta, the cluster and the portal. Changes nothing.
 *
 * @throws CommandError when the stack's state cannot be read, or has nothing in it
 */
export async function verify(stack: Stack, { token }: VerifyOptions = {}): Promise<Report> {
  const reading = [readRecorded(stack), stack.getAllConfig(), stack.history(1, 1, false)] as const;
  // It takes as long to load as the engine takes to answer, so that both are done at the same time.
  setImmediate(() => void import("@kubernetes/client-node"));
  const [recorded, config, [last]] = await Promise.all(reading).catch((error) => {
    throw error instanceof CommandError ? error : new CommandError(engineError(error));
  });

  const update = check("Last update", {}, () => ({
    says: `${last?.kind ?? "no update"} ${last?.result ?? ""}`.trim(),
    problems: last?.result === "failed" ? [failed(`the last ${last.kind} of the stack failed`, "pulumi up")] : [],
  }));
  const discovery = check("Discovery document", {}, () => checkDiscovery(recorded));
  const keys = check("Signing keys", { discovery }, ({ discovery }) => checkKeys(discovery.document));

  const cluster = check("Cluster", {}, () => reachCluster(config, recorded.namespace));
  const secret = check("Secret", { cluster }, ({ cluster }) => checkSecret(cluster, recorded));
  const configMap = check("ConfigMap", { cluster }, ({ cluster }) => checkConfigMap(cluster, recorded));
  const plaintext = check("No plaintext secrets", { configMap, secret }, ({ configMap, secret }) => ({
    says: "the ConfigMap has no secret in it",
    problems: plaintextProblems(configMap, secret),
  }));
  const workload = deploymentChecks(cluster, recorded);

  const portal = check("Portal", {}, () => checkReadiness(recorded));
  const start = check("Sign-in starts", { portal, discovery }, ({ discovery }) =>
    checkStart(recorded, discovery.document),
  );
  const authorize = check("Okta accepts the app", { start }, ({ start }) => checkAuthorize(start, recorded));
  const clientSecret = check("Client secret", { discovery, secret }, ({ discovery, secret }) =>
    checkClientSecret(discovery.document, secret, recorded),
  );
  const popup = check("Popup", { portal }, () => checkPopup(recorded));
  const refresh = check("Session refresh", { portal }, () => checkRefresh(recorded));
  const clocks = check("Clocks", { portal, discovery }, ({ portal, discovery }) =>
    checkClocks(portal, discovery.answer),
  );
  const idToken =
    token !== undefined ? [check("ID token", { keys }, ({ keys }) => checkToken(token, keys, recorded))] : [];

  const checks = [
    [update, discovery, keys, cluster, secret, configMap, plaintext, ...workload],
    [portal, start, authorize, clientSecret, popup, refresh, clocks, ...idToken],
  ].flat();
  const done = await Promise.all(checks.map((each) => each.done));
  return summarize(
    stack.name,
    done.map(({ report }) => report),
  );
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

async function readToken(file: string): Promise<string> {
  try {
    const content = file === "-" ? await text(process.stdin) : readFileSync(file, "utf8");
    return content.trim();
  } catch (error) {
    throw new CommandError(`--token-file: ${(error as Error).message}`);
  }
}

const command = stackCommand("verify", "check that sign-in works as the stack has set it up; changes nothing")
  .option("--token-file <file>", "check the ID token in this file too (- for stdin); it is never printed")
  .action(async ({ stack: name, json, tokenFile }: StackOptions & { tokenFile?: string }) => {
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    const report = await verify(await openStack(name), { token });
    console.log(json ? JSON.stringify(report, undefined, 2) : describe(report));
    process.exitCode = { ok: 0, failed: 1, unknown: 2 }[report.verdict];
  });

if (require.main === module) void runCommand(command);
