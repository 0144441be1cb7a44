import { waitFor } from "../../sandbox/processes/wait";
import { BackstageClient } from "./support/backstage";
import { Person } from "./support/browser";
import { TestPortal } from "./support/portal";
import { hasNode, okta } from "./support/sandbox";
import type { Cookies } from "./support/signIn";

// The portal may have to be built first, and is ready after its first sync.
jest.setTimeout(600_000);

const SYNC = { seconds: 90 };
const REFRESH = { permission: "catalog.entity.refresh", action: "update" };
const COMPONENT = "component:default/developer-portal";
const group = (name: string) => `/catalog/default/group/${name}`;

(hasNode ? describe : describe.skip)("a portal whose people are in no file", () => {
  let portal: TestPortal;
  let person: Person;
  let api: BackstageClient;

  beforeAll(async () => {
    portal = await TestPortal.make({
      people: false,
      config: {
        catalogSync: {
          groups: { names: ["backstage-users", "platform-engineers"] },
          schedule: { frequency: "1s" },
        },
        roles: {
          viewer: { groups: ["backstage-users"], permissions: ["catalog.entity.read"] },
          engineer: { groups: ["platform-engineers"], permissions: [REFRESH] },
        },
      },
    });
    await portal.stack.up();
    api = new BackstageClient(portal.url);
    person = await Person.withBrowser();
  });
  afterAll(async () => {
    await person?.close();
    await portal?.dispose();
    // The other tests know bob as he was.
    await okta("POST", "/api/v1/users/bob@example.com/lifecycle/activate");
    const { id } = await okta<{ id: string }>("GET", "/api/v1/users/bob@example.com");
    await okta("DELETE", `/api/v1/groups/${await groupId("platform-engineers")}/users/${id}`);
  });

  /** What somebody may do, by a sign-in or refresh of now: the status that the portal answers. */
  async function statusOf(cookies: Cookies, path: string, body?: object): Promise<number> {
    const { body: session } = await api.session("refresh", "production", cookies);
    const { token } = (session as unknown as { backstageIdentity: { token: string } }).backstageIdentity;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = body && { method: "POST", body: JSON.stringify(body) };
    return (await fetch(portal.url + path, { headers, ...request })).status;
  }

  const read = (cookies: Cookies) =>
    statusOf(cookies, "/api/catalog/entities/by-name/component/default/developer-portal");
  const refresh = (cookies: Cookies) => statusOf(cookies, "/api/catalog/refresh", { entityRef: COMPONENT });
  const register = (cookies: Cookies) =>
    statusOf(cookies, "/api/catalog/locations", { type: "url", target: "https://acme.example/catalog-info.yaml" });

  async function groupId(name: string): Promise<string> {
    const groups = await okta<{ id: string; profile: { name: string } }[]>("GET", `/api/v1/groups?q=${name}`);
    return groups.find(({ profile }) => profile.name === name)!.id;
  }

  it("signs bob in, who owns by his groups, and shows him what his role allows", async () => {
    await person.open(portal.url);
    await person.signIn("bob");
    expect(await person.identity()).toEqual(["/catalog/default/user/bob", group("backstage-users")]);
    await person.page.goto(`${portal.url}/catalog/default/component/developer-portal`);
    await person.page.getByText("This portal").first().waitFor();
  });

  it("answers 403 to what a role does not allow", async () => {
    const bob: Cookies = new Map();
    const alice: Cookies = new Map();
    await api.signIn("bob", "production", bob);
    await api.signIn("alice", "production", alice);
    expect([await read(bob), await refresh(bob), await register(bob)]).toEqual([200, 403, 403]);
    expect([await read(alice), await refresh(alice), await register(alice)]).toEqual([200, 200, 403]);
  });

  it("shows a new membership at the next run and refresh, and lets a person go who has left", async () => {
    const cookies: Cookies = new Map();
    await api.signIn("bob", "production", cookies);
    expect(await refresh(cookies)).toBe(403);
    const engineers = await groupId("platform-engineers");
    const bob = await okta<{ id: string }>("GET", "/api/v1/users/bob@example.com");
    await okta("PUT", `/api/v1/groups/${engineers}/users/${bob.id}`);
    await waitFor("bob to be an engineer", async () => (await refresh(cookies)) === 200, SYNC);

    await okta("POST", `/api/v1/users/${bob.id}/lifecycle/deactivate`);
    const ended = async () => (await api.session("refresh", "production", cookies)).status === 401;
    await waitFor("bob's session to end", ended, SYNC);
    const alice: Cookies = new Map();
    await api.signIn("alice", "production", alice);
    const gone = async () => (await statusOf(alice, "/api/catalog/entities/by-name/user/default/bob")) === 404;
    await waitFor("bob to be gone from the catalog", gone, SYNC);
  });
});
