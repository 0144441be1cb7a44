import { waitFor } from "../../sandbox/processes/wait";
import { BackstageClient } from "../e2e/support/backstage";
import { Person } from "../e2e/support/browser";
import { TestPortal } from "../e2e/support/portal";
import { hasNode, kubectl, run } from "../e2e/support/sandbox";
import type { Cookies } from "../e2e/support/signIn";
import { median, percentile, s, say, seconds } from "./measure";

const RUNS = 7;
const UPDATES = 3;
const SESSIONS = [1, 10, 50];
const REFRESHES = 300;

const ENVIRONMENT = "production";
/** Which of two resolvers the portal has, told by whether Alice owns things through a group of Okta's. */
const RESOLVERS = { oktaGroups: true, emailLocalPartMatchingUserEntityName: false };
const OKTA_GROUP = "group:default/platform-engineers";

/** What people wait for as they sign in to a portal in the sandbox, and what it costs. */
export async function signIn() {
  const portal = await TestPortal.make();
  try {
    await timeToSignIn(portal.url, () => portal.stack.up());
    return {
      clickToPortal: await clicks(portal),
      refresh: await refreshes(portal),
      portalMemoryKiB: hasNode ? await memory(portal) : undefined,
      verifySeconds: await verify(portal),
      update: await updates(portal),
    };
  } finally {
    await portal.dispose();
  }
}

/**
 * Runs a command, and signs Alice in by plain requests over and over beside it.
 *
 * @param isNew whether a sign-in that gave her this ownership is one that the command brought about
 * @returns seconds until the command's end, and until the first such sign-in
 */
export async function timeToSignIn(
  url: string,
  command: () => Promise<unknown>,
  isNew: (ownership: string[]) => boolean = () => true,
): Promise<{ command: number; signIn: number }> {
  const client = new BackstageClient(url);
  const signedIn = async () => {
    const { response } = await client.signIn("alice", ENVIRONMENT);
    return response && isNew(await client.ownership(response.backstageIdentity.token));
  };
  const [commandSeconds, signInSeconds] = await Promise.all([
    seconds(command),
    seconds(() => waitFor("a sign-in", signedIn, { seconds: 600 })),
  ]);
  return { command: commandSeconds, signIn: signInSeconds };
}

async function clicks({ url }: TestPortal) {
  console.log(`Sign-in in Chromium, from the click on the portal's page to the portal, median of ${RUNS} new browsers`);
  const times: number[] = [];
  for (let round = 0; round < RUNS; round++) {
    const person = await Person.withBrowser();
    await person.open(url);
    times.push(await seconds(() => person.signIn("alice")));
    await person.close();
  }
  say("click to portal", s(median(times)));
  return { seconds: times, median: median(times) };
}

async function refreshes({ url }: TestPortal) {
  console.log(`Latency of the session's refresh, over ${REFRESHES} of them, as sessions refresh at once`);
  const client = new BackstageClient(url);
  const rows = [];
  for (const sessions of SESSIONS) {
    const times: number[] = [];
    let failed = 0;
    const cookies = Array.from({ length: sessions }, (): Cookies => new Map());
    await Promise.all(cookies.map((each) => client.signIn("alice", ENVIRONMENT, each)));
    const refresh = async (each: Cookies) => {
      const { status } = await client.session("refresh", ENVIRONMENT, each);
      if (status !== 200) failed += 1;
    };
    const refreshing = cookies.map(async (each) => {
      // One after another: each answer brings the token for the next.
      for (let i = 0; i < REFRESHES / sessions; i++) times.push(await seconds(() => refresh(each)));
    });
    const took = await seconds(() => Promise.all(refreshing));
    const row = { sessions, p50: percentile(times, 0.5), p99: percentile(times, 0.99), perSecond: times.length / took };
    rows.push({ ...row, failed });
    say(
      `${sessions} at once`,
      `p50 ${ms(row.p50)}`,
      `p99 ${ms(row.p99)}`,
      `${row.perSecond.toFixed(0)} a second`,
      `${failed} failed`,
    );
  }
  return rows;
}

const ms = (seconds: number) => `${(seconds * 1000).toFixed(0)} ms`;

/** The resident memory of the first process of Backstage's container, in KiB: now, and at its peak. */
async function memory({ stack }: TestPortal) {
  const program = "process.stdout.write(fs.readFileSync('/proc/1/status', 'utf8'))";
  const container = ["deployment/backstage", "-n", stack.namespace, "-c", "backstage-backend"];
  const status = await kubectl("exec", ...container, "--", "node", "-e", program);
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
  const [now, peak] = [read("VmRSS"), read("VmHWM")];
  console.log("Resident memory of the portal's process in its pod after that (VmRSS, VmHWM)");
  say("now", mib(now));
  say("at its peak", mib(peak));
  return { now, peak };
}

const mib = (kibibytes: number) => `${(kibibytes / 2 ** 10).toFixed(0)} MiB`;

async function verify({ stack }: TestPortal) {
  console.log(`\`npm run verify\`, median of ${RUNS}`);
  const times: number[] = [];
  for (let round = 0; round < RUNS; round++) {
    const env = { PULUMI_OPTION_CONFIG_FILE: stack.configFile };
    times.push(await seconds(() => run("npm", ["run", "-s", "verify", "--", "--stack", stack.name], { env })));
  }
  say("verify", s(median(times)));
  return { seconds: times, median: median(times) };
}

async function updates({ url, stack }: TestPortal) {
  console.log(`Another resolver in the config, which takes a new pod: from \`pulumi up\`, median of ${UPDATES}`);
  const times = [];
  const resolvers = Object.entries(RESOLVERS);
  for (let round = 1; round <= UPDATES; round++) {
    const [resolver, hasGroups] = resolvers[round % resolvers.length]!;
    stack.configure({ signInResolvers: [{ resolver }] });
    const isNew = (ownership: string[]) => ownership.includes(OKTA_GROUP) === hasGroups;
    times.push(await timeToSignIn(url, () => stack.up(), isNew));
  }
  const medians = {
    signIn: median(times.map(({ signIn }) => signIn)),
    command: median(times.map(({ command }) => command)),
  };
  say("to the first sign-in with it", s(medians.signIn));
  say("to the end of `pulumi up`", s(medians.command));
  return { seconds: times, medians };
}
