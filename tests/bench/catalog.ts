import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { newId, type Store } from "../../sandbox/okta/store";
import { buildPortal } from "../../sandbox/portal/build";
import { exec } from "../../sandbox/processes/exec";
import { type LocalOktaProcess, startLocalOkta } from "../e2e/support/localOkta";
import { s, say } from "./measure";

const SIZES = [1_000, 10_000, 50_000];
const PEOPLE_A_GROUP = 25;
const GROUPS_A_PERSON = 4;
const LATENCY_MS = 50;
const HEAP_MIB = 320;
const DAY_MS = 24 * 60 * 60 * 1000;
const THEIRS = "@roadiehq/catalog-backend-module-okta@1.4.1";
const PROGRAM = resolve(__dirname, "catalogRun.js");

interface Figures {
  calls: number;
  seconds: number;
  /** The most memory that the process has had so far. */
  peakMiB: number;
  entities: number;
}

/** What it costs to read an org into the catalog, and what has changed in it, with a local Okta that takes its time. */
export async function catalog() {
  const { folder } = await buildPortal();
  const rows = [];
  for (const users of SIZES) {
    const groups = users / PEOPLE_A_GROUP;
    console.log(`An org of ${users} users and ${groups} groups, ${LATENCY_MS} ms a call`);
    const okta = await startLocalOkta((store) => fill(store, users, groups));
    try {
      await okta.api("PUT", "/sandbox/limits", { latencyMs: LATENCY_MS, requestsPerMinute: 1_000_000 });
      rows.push({ users, groups, ...(await ours(okta, join(folder, "node_modules"))) });
      if (users === SIZES[0]) rows.push({ users, groups, theirs: await theirs(okta) });
    } finally {
      await okta.stop();
    }
  }
  return rows;
}

async function ours(okta: LocalOktaProcess, modules: string) {
  const entry = {
    orgUrl: okta.url,
    token: okta.credentials.apiToken,
    groups: { prefix: "team-" },
    deltaSchedule: { frequency: "5m" },
  };
  const process = await start("ours", modules, entry);
  try {
    const whole = await measure("a full run", okta, process, "whole");
    const again = await measure("a full run over what is there", okta, process, "whole");
    const { body: groups } = await okta.api<{ id: string }[]>(
      "GET",
      `/api/v1/groups?limit=2&search=${encodeURIComponent('profile.name sw "team-"')}`,
    );
    for (const { id } of groups) await okta.api("PUT", `/api/v1/groups/${id}/users/dave@example.com`);
    const delta = await measure("a delta run, two groups changed", okta, process, "changes");
    return { whole, again, delta };
  } finally {
    process.kill();
  }
}

/** The module that most portals have, at the smallest size; undefined where it cannot be installed. */
async function theirs(okta: LocalOktaProcess): Promise<Figures | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "catalog-module-"));
  try {
    await exec("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", THEIRS]);
    const entry = { orgUrl: okta.url, token: okta.credentials.apiToken, groupFilter: 'profile.name sw "team-"' };
    const process = await start("theirs", join(folder, "node_modules"), entry);
    try {
      return await measure(`a full run of ${THEIRS}`, okta, process, "whole");
    } finally {
      process.kill();
    }
  } catch (error) {
    say(THEIRS, `not measured: ${(error as Error).message.split("\n", 1)[0]}`);
    return undefined;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function start(module: string, modules: string, entry: object): Promise<ChildProcess> {
  const child = fork(PROGRAM, {
    env: { ...process.env, MODULE: module, MODULES: modules, ENTRY: JSON.stringify(entry) },
    // As in a pod with a limit: without one the heap grows before it is cleared.
    execArgv: [`--max-old-space-size=${HEAP_MIB}`],
  });
  await once(child, "message");
  return child;
}

async function measure(name: string, okta: LocalOktaProcess, process: ChildProcess, run: string): Promise<Figures> {
  await okta.api("DELETE", "/sandbox/calls");
  process.send(run);
  const [answer] = (await once(process, "message")) as [Omit<Figures, "calls"> & { error?: string }];
  if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
  const { body: calls } = await okta.api<unknown[]>("GET", "/sandbox/calls");
  say(name, `${calls.length} calls`, s(answer.seconds), `${answer.peakMiB.toFixed(0)} MiB at the peak`);
  return { ...answer, calls: calls.length };
}

/** Everybody is in the first group, and in a few others. */
function fill(store: Store, users: number, groups: number): void {
  // Long before any run, so that a delta run finds nothing but what was changed for it.
  const time = new Date(Date.now() - DAY_MS).toISOString();
  const groupIds = Array.from({ length: groups }, (_, i) => {
    const id = newId("00g");
    const profile = { name: `team-${String(i).padStart(4, "0")}`, description: "" };
    const times = { created: time, lastUpdated: time, lastMembershipUpdated: time };
    void store.groups.put(id, { id, type: "OKTA_GROUP", profile, ...times });
    return id;
  });
  for (let i = 0; i < users; i++) {
    const id = newId("00u");
    const login = `person-${i}@example.com`;
    const own = Array.from({ length: GROUPS_A_PERSON }, (_, k) => groupIds[(i * (k + 1) + k) % groups]!);
    void store.users.put(id, {
      id,
      status: "ACTIVE",
      profile: { login, email: login, firstName: "Person", lastName: String(i) },
      emailVerified: true,
      password: login,
      groupIds: [...new Set([groupIds[0]!, ...own])],
      created: time,
      lastUpdated: time,
    });
  }
}
