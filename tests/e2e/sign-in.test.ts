import { decodeJwt } from "jose";
import { Daemons } from "../../sandbox/processes/daemon";
import { State } from "../../sandbox/pieces/state";
import { up } from "../../sandbox/up";
import { Person } from "./support/browser";
import { TestPortal } from "./support/portal";
import { hasNode, kubectl, okta } from "./support/sandbox";

// An update waits for a new pod: on a busy machine that takes a while.
jest.setTimeout(300_000);

(hasNode ? describe : describe.skip)("sign-in to a portal in pods", () => {
  let portal: TestPortal;
  let first: Person;
  let person: Person;

  beforeAll(async () => {
    [portal, first] = await Promise.all([TestPortal.make(), Person.withBrowser()]);
    await portal.stack.up();
  });
  afterAll(async () => {
    await first?.close();
    await portal?.dispose();
  });

  beforeEach(async () => {
    person = await first.somebodyElse();
  });
  afterEach(() => person.close());

  const ALICE = "/catalog/default/user/alice";
  const group = (name: string) => `/catalog/default/group/${name}`;

  it("signs a person in by Okta, keeps the session, and ends it when the person signs out", async () => {
    await person.open(portal.url);
    expect(await person.page.getByRole("button").allInnerTexts()).toEqual([expect.stringMatching(/^sign in$/i)]);
    await person.picture("sign-in");
    const popup = await person.clickOkta();
    await popup.getByText("to continue to").waitFor();
    await person.picture("okta", popup);
    await person.typeCredentials(popup, "alice");
    await person.signedIn();
    expect(await person.identity()).toEqual([
      ALICE,
      ...["staff", "everyone", "backstage-users", "platform-engineers"].map(group),
    ]);
    await person.picture("signed-in");

    await person.page.reload();
    await person.signedIn();
    const { status, idToken = "" } = await person.refresh();
    expect(status).toBe(200);
    expect(decodeJwt(idToken)).toMatchObject({
      iss: (await portal.stack.outputs()).issuer,
      sub: expect.stringMatching(/^00u/) as string,
      email: "alice@example.com",
      name: "Alice Adams",
      groups: ["Everyone", "backstage-users", "platform-engineers"],
    });

    await person.identity();
    await person.signOut();
    expect(await person.refresh()).toMatchObject({ status: 401 });
  });

  describe("tells why there is no sign-in", () => {
    beforeAll(() => first.open(portal.url));
    beforeEach(() => first.page.context().clearCookies());

    it.each([
      ["bob", "who is not in the catalog", "No user in the catalog matches bob@example.com"],
      ["carol", "who is not assigned to the app", "You are not assigned to this portal in Okta"],
      ["dave", "whose email is not verified", "Your email dave@example.com is not verified in Okta"],
    ])("to %s, %s", async (name, _why, message) => {
      await first.typeCredentials(await first.clickOkta(), name);
      await first.page.getByText(message).first().waitFor();
    });
  });

  it("signs people in and keeps their sessions while the API server is restarted", async () => {
    await person.open(portal.url);
    await person.signIn("alice");
    const state = new State(process.env.SANDBOX_STATE);
    await new Daemons(state).stop("kube-apiserver");
    try {
      const other = await first.somebodyElse();
      try {
        await other.open(portal.url);
        await other.signIn("alice");
      } finally {
        await other.close();
      }
      for (let refreshes = 0; refreshes < 10; refreshes++)
        expect(await person.refresh()).toMatchObject({ status: 200 });
    } finally {
      await up(state, { portal: false }, new AbortController().signal);
    }
    expect(await person.refresh()).toMatchObject({ status: 200 });
  });

  describe("after a change of config, `pulumi up` waits for the new pod, and the sign-in works", () => {
    const pods = async () => (await kubectl("get", "pods", "-n", portal.stack.namespace, "-o", "name")).split("\n");

    it("with another filter of groups", async () => {
      const before = await pods();
      portal.stack.configure({ groupsFilter: { type: "STARTS_WITH", value: "backstage-" } });
      await portal.stack.up();
      // The filter is Okta's alone: the portal goes on.
      expect(await pods()).toEqual(before);
      await person.open(portal.url);
      await person.signIn("alice");
      expect(await person.identity()).toEqual([ALICE, group("staff"), group("backstage-users")]);
    });

    describe("with another resolver, address and length of sessions", () => {
      beforeAll(async () => {
        await portal.move();
        portal.stack.configure({
          portalUrl: portal.url,
          signInResolvers: [{ resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: ["example.com"] }],
          session: { duration: "2h", idle: "10m" },
        });
        await portal.stack.up();
      });

      it("by that resolver, at that address", async () => {
        await person.open(portal.url);
        await person.signIn("alice");
        expect(await person.identity()).toEqual([ALICE, group("staff")]);
      });

      it("again when Okta has ended the session", async () => {
        await person.open(portal.url);
        await person.signIn("alice");
        const cookies = await person.page.context().cookies();
        const refreshToken = cookies.find(({ name }) => name.startsWith("okta-refresh-token"));
        // As long as the session lasts on Okta's side.
        expect(refreshToken?.expires).toBeGreaterThan(Date.now() / 1000 + 7200 - 300);
        expect(refreshToken?.expires).toBeLessThan(Date.now() / 1000 + 7200 + 5);
        try {
          await okta("PUT", "/sandbox/clock", { offsetSeconds: 9 * 60 });
          expect(await person.refresh()).toMatchObject({ status: 200 });
          await okta("PUT", "/sandbox/clock", { offsetSeconds: 20 * 60 });
          await person.page.reload();
          await person.signInButton.waitFor();
          expect(await person.refresh()).toMatchObject({ status: 401 });
        } finally {
          await okta("PUT", "/sandbox/clock", { offsetSeconds: 0 });
        }
        // Okta itself knows the person still: its window closes again by itself.
        await person.signInButton.click();
        await person.signedIn();
      });
    });
  });

  it("fails with the pod's own message when Backstage has no database, while the old pod signs people in", async () => {
    const backstage = { name: "backstage-backend", env: [{ name: "POSTGRES_HOST", value: "/nowhere" }] };
    const template = { spec: { containers: [backstage] } };
    const patch = JSON.stringify({ spec: { template } });
    await kubectl("patch", "deployment", "backstage", "-n", portal.stack.namespace, "--patch", patch);
    // Time for the new pod to start and fail on a busy machine.
    portal.stack.configure({ signInResolvers: [{ resolver: "oktaGroups" }], rolloutTimeout: "1m" });
    const output = await portal.stack.failedUp();
    expect(output).toContain("timed out waiting to be Ready");
    expect(output).toMatch(/container "backstage-backend" terminated at .*\(Error: exit code 1\)\n[^]*\/nowhere/);
    await person.open(portal.url);
    await person.signIn("alice");
    expect(await person.identity()).toContain(ALICE);
  });
});
