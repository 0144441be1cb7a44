import { existsSync, readdirSync } from "node:fs";
import { LOCAL_STACK as STACK } from "./engine/config";
import { environment } from "./env";
import { oktaUrl } from "./pieces/okta";
import { portalUrl } from "./pieces/portal";
import { exec, passThrough } from "./processes/exec";
import { localNamespace } from "./kubernetes/portals";
import { perform } from "./processes/progress";
import { CHECKOUT, State } from "./pieces/state";
import { describePortal, status } from "./status";
import { up, type UpOptions } from "./up";
import { waitFor } from "./processes/wait";

/** For a portal that is a process; for pods, their rollout has been waited for. */
const PORTAL_SECONDS = 180;

/** A resource as `pulumi stack export` prints it, as far as it is read here. */
export interface ExportedResource {
  urn: string;
  type: string;
  /** Custom resources have one, components do not. */
  custom: boolean;
  id?: string;
  outputs?: Record<string, unknown>;
}

/**
 * Brings up the sandbox and the stack `local` in it, waits for the portal, and says what it made and what to do next.
 *
 * @returns the exit code: 0, or that of `pulumi up` if it fails
 */
export async function demo(state: State, options: UpOptions, signal: AbortSignal): Promise<number> {
  const started = Date.now();
  await up(state, options, signal);
  try {
    return await updateStack(state, started, signal);
  } catch (error) {
    if (signal.aborted)
      console.error(`\nThe sandbox stays up. To go on: ${typed(state, "demo")}; to end it: ${typed(state, "down")}`);
    throw error;
  }
}

async function updateStack(state: State, started: number, signal: AbortSignal): Promise<number> {
  const pulumi = { cwd: CHECKOUT, env: environment(state), signal };
  await exec("pulumi", ["stack", "select", "--create", STACK], pulumi);
  const code = await passThrough("pulumi", ["up", "--yes", "--stack", STACK], pulumi);
  signal.throwIfAborted();
  if (code !== 0) {
    console.error(`\n${whenFailed(state)}`);
    return code;
  }
  await perform([{ title: "Wait for the portal", run: (signal) => waitForPortal(state, signal) }], signal);
  const exported = await exec("pulumi", ["stack", "export", "--stack", STACK], pulumi);
  const { resources = [] } = (JSON.parse(exported) as { deployment: { resources?: ExportedResource[] } }).deployment;
  console.log(`\n${summary(resources, state)}\n\nIt took ${Math.round((Date.now() - started) / 1000)} s.`);
  return 0;
}

/** What to do about an update that failed, such as after one that made an app in Okta and was interrupted before it was noted. */
function whenFailed(state: State): string {
  const again = typed(state, "demo");
  return isLocked(state)
    ? `If no other pulumi is at work on the stack, one that was killed has left it locked. To go on:
  ${inShell(state)} && pulumi cancel --yes --stack ${STACK} && ${again}`
    : `To see what an update that was interrupted has left in the way:
  ${inShell(state)} && npm run -s drift -- --stack ${STACK}
To begin anew:
  ${typed(state, "down")} && rm -r ${state.folder} && ${again}`;
}

const isDefault = ({ folder }: State) => folder === State.default;

/** How a person calls a command of this sandbox. */
const typed = (state: State, command: "demo" | "down") =>
  isDefault(state) ? `make ${command}` : `npm run -s sandbox -- ${command} --state ${state.folder}`;

const inShell = (state: State) =>
  `eval "$(npm run -s sandbox -- env${isDefault(state) ? "" : ` --state ${state.folder}`})"`;

function isLocked(state: State): boolean {
  const locks = state.path("pulumi-state", ".pulumi", "locks");
  return existsSync(locks) && readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"));
}

async function waitForPortal(state: State, signal: AbortSignal): Promise<string> {
  const url = portalUrl(state)!;
  // The update has waited for what it changed; a new image of the portal is rolled out by `up`.
  const rollout = ["rollout", "status", "deployment/backstage", "--namespace", localNamespace()];
  await exec("kubectl", rollout, { env: environment(state), signal });
  const answers = async () => (await fetch(`${url}/.backstage/health/v1/readiness`, { signal })).ok;
  await waitFor(`the portal at ${url}`, answers, { seconds: PORTAL_SECONDS, signal });
  return `Portal: ${url}`;
}

/** What the stack holds, and what to type next. */
function summary(resources: ExportedResource[], state: State): string {
  const { plugins, portal } = status(state);
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  return `The stack \`${STACK}\` holds:

${objectTable(resources)}

Discovery URL: ${String(outputs?.discoveryUrl)}
Okta:          ${oktaUrl(state)}
Portal:        ${describePortal(portal!)}
Plugins:       ${plugins}

Open ${portal?.url} and sign in as alice@example.com with alice-password,
or as bob@example.com with bob-password, who may do less: no file names them, the catalog has them from Okta.

What to type next:
  ${inShell(state)}
  pulumi preview
  kubectl get secret,configmap,deployment,pod --namespace backstage
  curl ${String(outputs?.discoveryUrl)}
  ${typed(state, "down")}`;
}

/** The Okta and Kubernetes objects among the resources, one a line: type, name, ID. */
export function objectTable(resources: ExportedResource[]): string {
  const rows = resources
    .filter(({ custom, type }) => custom && /^(okta|kubernetes):/.test(type))
    .map(({ type, urn, id = "" }) => [type, urn.split("::").at(-1)!, id] as const);
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length)) + 2;
  return rows.map(([type, name, id]) => `  ${type.padEnd(width(0))}${name.padEnd(width(1))}${id}`).join("\n");
}
