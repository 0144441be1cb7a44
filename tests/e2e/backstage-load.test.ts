import { waitFor } from "../../sandbox/processes/wait";
import { Backstage, makeApp } from "./support/backstage";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { OidcApp } from "./support/oidcApp";
import type { Cookies } from "./support/signIn";

jest.setTimeout(300_000);

const BROWSERS = 8;
const ROUNDS = 3;

let okta: LocalOktaProcess;
let backstage: Backstage;

beforeAll(async () => {
  const [url, started] = await Promise.all([Backstage.freeUrl(), startLocalOkta()]);
  okta = started;
  await OidcApp.addGroupsClaim(okta);
  backstage = await Backstage.start(url, {
    environment: "production",
    session: { secret: "of no worth outside of this test" },
    providers: {
      okta: {
        production: {
          // With a leeway, as the stack makes it: a browser whose answer was lost asks again with the token it has.
          ...(await makeApp(okta, url, { leeway: 30 })),
          metadataUrl: `${okta.url}/oauth2/default/.well-known/openid-configuration`,
          additionalScopes: ["groups", "offline_access"],
          signIn: { resolvers: [{ resolver: "oktaGroups" }] },
        },
      },
    },
  });
});
afterAll(async () => {
  await backstage?.stop();
  await okta.stop();
});

it("loses no session when Okta is killed and started again under sign-ins and refreshes", async () => {
  const sessions = Array.from({ length: BROWSERS }, (): Cookies => new Map());
  await Promise.all(sessions.map((cookies) => backstage.signIn("alice", "production", cookies)));

  let isOver = false;
  const counts = { refreshed: 0, failed: 0, signedIn: 0 };
  const refreshing = sessions.map(async (cookies) => {
    while (!isOver) {
      const { status } = await backstage.session("refresh", "production", cookies);
      counts[status === 200 ? "refreshed" : "failed"] += 1;
    }
  });
  const signingIn = (async () => {
    while (!isOver) {
      const answer = await backstage.signIn("alice", "production").catch(() => undefined);
      if (answer?.response) counts.signedIn += 1;
    }
  })();

  for (let round = 0; round < ROUNDS; round++) {
    const before = { ...counts };
    const isBusy = () => counts.refreshed >= before.refreshed + BROWSERS && counts.signedIn > before.signedIn;
    await waitFor("the browsers to refresh and sign in", isBusy, { seconds: 20 });
    await okta.restart();
  }
  isOver = true;
  await Promise.all([...refreshing, signingIn]);

  // They were under way when Okta was killed: a test without that shows nothing.
  expect(counts.failed).toBeGreaterThan(0);
  const answers = await Promise.all(sessions.map((cookies) => backstage.session("refresh", "production", cookies)));
  expect(answers.map(({ status }) => status)).toEqual(sessions.map(() => 200));
  expect((await backstage.signIn("alice", "production")).response).toBeDefined();
});
