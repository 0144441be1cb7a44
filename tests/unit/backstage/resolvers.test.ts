import { type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import { ConfigReader } from "@backstage/config";
import { ConflictError, NotFoundError } from "@backstage/errors";
import type { AuthResolverCatalogUserQuery } from "@backstage/plugin-auth-node";
import { readSignInResolver } from "../../../backstage/auth/src/resolvers";

const user = (name: string, email: string, id = "00u9"): Entity => ({
  apiVersion: "backstage.io/v1alpha1",
  kind: "User",
  metadata: { name, namespace: "default", annotations: { "okta.com/email": email, "okta.com/id": id } },
  spec: { profile: { email } },
});

let catalog: Entity[];
const log = jest.fn();
const signedIn = jest.fn();
const backend = { find: () => Promise.resolve([]), log };

beforeEach(() => {
  catalog = [user("alice", "alice@example.com", "00u1")];
  log.mockReset();
  signedIn.mockReset();
});

/** Finds as Backstage's own does: in lower case, which is Unicode's. */
function findCatalogUser(query: AuthResolverCatalogUserQuery) {
  const wanted = JSON.stringify(query).toLowerCase();
  const found = catalog.filter(({ metadata, spec }) =>
    [
      { entityRef: { name: metadata.name } },
      { filter: { "spec.profile.email": (spec as { profile: { email: string } }).profile.email } },
      ...Object.entries(metadata.annotations ?? {}).map(([key, value]) => ({ annotations: { [key]: value } })),
    ].some((one) => JSON.stringify(one).toLowerCase() === wanted),
  );
  if (found.length > 1) return Promise.reject(new ConflictError("User lookup resulted in multiple matches"));
  return found[0] ? Promise.resolve({ entity: found[0] }) : Promise.reject(new NotFoundError("User not found"));
}

const context = {
  findCatalogUser,
  resolveOwnershipEntityRefs: (entity: Entity) =>
    Promise.resolve({ ownershipEntityRefs: [stringifyEntityRef(entity), "group:default/sre"] }),
  issueToken({ claims }: { claims: object }) {
    signedIn(claims);
    return Promise.resolve({ token: "issued" });
  },
};

/** @returns the claims of the token that the person gets */
async function signIn(resolvers: (string | object)[], userinfo: object = {}, environment: object = {}) {
  const chosen = resolvers.map((entry) => (typeof entry === "string" ? { resolver: entry } : entry));
  const claims = {
    sub: "00u1",
    email: "alice@example.com",
    email_verified: true,
    groups: ["sre", "okta-ops"],
    ...userinfo,
  };
  const config = new ConfigReader({ signIn: { resolvers: chosen }, ...environment });
  const info = { profile: {}, result: { fullProfile: { userinfo: claims, tokenset: {} } } };
  await readSignInResolver(config, "auth.providers.okta.test", backend)?.(info as never, context as never);
  return (signedIn.mock.lastCall as [{ sub: string; ent?: string[] }])[0];
}

const BY_EMAIL = ["emailMatchingUserEntityProfileEmail", "emailMatchingUserEntityAnnotation", "oktaGroups"];
const byName = { resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: ["example.com"] };
const EMAIL_RESOLVERS = [...BY_EMAIL.map((resolver) => ({ resolver })), byName];
const ALLOWING_NOBODY = EMAIL_RESOLVERS.filter(({ resolver }) => resolver !== "oktaGroups").map((entry) => ({
  ...entry,
  dangerouslyAllowSignInWithoutUserInCatalog: true,
}));

it("is no way to sign in without a resolver", () => {
  expect(readSignInResolver(new ConfigReader({}), "key", backend)).toBeUndefined();
  expect(readSignInResolver(new ConfigReader({ signIn: { resolvers: [] } }), "key", backend)).toBeUndefined();
});

it.each([
  [{ resolver: "oktagroups" }, /^auth\.providers\.okta\.test\.signIn\.resolvers\[0\]\.resolver "oktagroups" is not a/],
  [{ resolver: "oktaGroups", stripprefix: "x" }, /resolvers\[0\] \(oktaGroups\): Unrecognized key.*'stripprefix'/],
  [{ resolver: "emailLocalPartMatchingUserEntityName" }, /\): allowedDomains is missing: name the domains/],
  [{ resolver: "oktaGroups", mapping: { Ops: "o p s" } }, /\): mapping\.Ops is not a name for an entity/],
  [{ resolver: "constructor" }, /"constructor" is not a sign-in resolver/],
])("refuses %j and says where it stands", async (entry, message) => {
  await expect(signIn([entry])).rejects.toThrow(message);
});

describe.each(EMAIL_RESOLVERS)("$resolver", (entry) => {
  it("finds the user, whatever the case of the email", async () => {
    expect((await signIn([entry], { email: "Alice@Example.COM" })).sub).toBe("user:default/alice");
  });

  it.each([
    [{ email: undefined }, /^Okta gives no email for your account 00u1/],
    [{ email_verified: false }, /^Your email alice@example.com is not verified/],
    [{ email_verified: undefined }, /^Your email alice@example.com is not verified/],
    [{ email_verified: "true" }, /^Your email alice@example.com is not verified/],
  ])("refuses %j", async (userinfo, message) => {
    await expect(signIn([entry], userinfo)).rejects.toThrow(message);
  });

  it("takes an email that is not verified where the config says so", async () => {
    const { sub } = await signIn([entry], { email_verified: false }, { requireVerifiedEmail: false });
    expect(sub).toBe("user:default/alice");
    await expect(signIn([entry], { email: undefined }, { requireVerifiedEmail: false })).rejects.toThrow(/no email/);
  });

  it.each(["ali\u212ae@example.com", "aliKE@\u212aelvin.example"])("does not take %j for alike", async (email) => {
    catalog = [user("alike", "alike@example.com"), user("alike2", "alike@kelvin.example")];
    await expect(signIn([entry], { email })).rejects.toThrow(/No user in the catalog|not of a domain/);
  });

  it("holds to its domains, whatever their case, and asks the next resolver for others", async () => {
    const allowedDomains = ["Example.COM"];
    expect((await signIn([{ ...entry, allowedDomains }])).sub).toBe("user:default/alice");
    const other = { ...entry, allowedDomains: ["other.example"] };
    await expect(signIn([other])).rejects.toThrow(/is not of a domain that may sign in here: other\.example/);
    expect((await signIn([other, "oktaUserId"])).sub).toBe("user:default/alice");
    expect((await signIn([other, { ...entry, allowedDomains }])).sub).toBe("user:default/alice");
    const subdomain = { email: "alice@sub.example.com" };
    await expect(signIn([{ ...entry, allowedDomains }], subdomain)).rejects.toThrow(/is not of a domain/);
  });

  it("ignores a plus tag only when it is told to", async () => {
    const email = "alice+x@example.com";
    await expect(signIn([entry], { email })).rejects.toThrow(/^No user in the catalog matches alice\+x@example.com/);
    expect((await signIn([{ ...entry, ignorePlusTag: true }], { email })).sub).toBe("user:default/alice");
  });

  it("prefers the user whose email has the tag", async () => {
    catalog.push(user("alice-x", "alice+x@example.com"));
    const { sub } = await signIn([{ ...entry, ignorePlusTag: true }], { email: "alice+x@example.com" });
    expect(sub).toBe(entry === byName ? "user:default/alice" : "user:default/alice-x");
  });
});

it.each(BY_EMAIL)("%s refuses a person who may be one of two", async (resolver) => {
  catalog.push(user("alice2", "alice@example.com"));
  await expect(signIn([resolver, "oktaUserId"])).rejects.toThrow(/^More than one user in the catalog matches you/);
});

describe.each(ALLOWING_NOBODY)("$resolver, without a user in the catalog", (entry) => {
  beforeEach(() => (catalog = []));

  it("lets in under the name of the email", async () => {
    const { sub } = await signIn([entry]);
    expect(sub).toBe(entry.resolver === byName.resolver ? "user:default/alice" : "user:default/alice@example.com");
  });

  it.each(["ali\u212ae@example.com", "a/b:c@example.com"])(
    "refuses %j, whose name would be read as another's",
    async (email) => {
      await expect(signIn([entry], { email })).rejects.toThrow(/^No user in the catalog matches/);
    },
  );

  it("refuses an email that is not verified or not of its domains", async () => {
    await expect(signIn([entry], { email_verified: false })).rejects.toThrow(/is not verified/);
    await expect(signIn([{ ...entry, allowedDomains: ["acme.example"] }])).rejects.toThrow(/is not of a domain/);
  });
});

describe("oktaUserId", () => {
  it("finds the user by the ID, whatever the email", async () => {
    expect((await signIn(["oktaUserId"], { email: undefined })).sub).toBe("user:default/alice");
    expect((await signIn(["oktaUserId"], { email: "eve@example.com", email_verified: false })).sub).toBe(
      "user:default/alice",
    );
  });

  it("does not take an ID in another case", async () => {
    await expect(signIn(["oktaUserId"], { sub: "00U1" })).rejects.toThrow(
      /Okta user ID 00U1 in the annotation okta.com/,
    );
  });

  it("goes by the annotation that it is given", async () => {
    const entry = { resolver: "oktaUserId", annotation: "acme.example/okta" };
    await expect(signIn([entry])).rejects.toThrow(/in the annotation acme\.example\/okta/);
    catalog[0]!.metadata.annotations = { "acme.example/okta": "00u1" };
    expect((await signIn([entry])).sub).toBe("user:default/alice");
  });
});

describe("oktaGroups", () => {
  it("adds the Okta groups to what the catalog says, each once", async () => {
    expect(await signIn(["oktaGroups"])).toEqual({
      sub: "user:default/alice",
      ent: ["user:default/alice", "group:default/sre", "group:default/okta-ops"],
    });
  });

  it("finds the user by the ID where its annotation is named", async () => {
    const entry = { resolver: "oktaGroups", userIdAnnotation: "okta.com/id", stripPrefix: "okta-" };
    expect(await signIn([entry], { email: undefined })).toEqual({
      sub: "user:default/alice",
      ent: ["user:default/alice", "group:default/sre", "group:default/ops"],
    });
  });

  it("logs once which groups it leaves out", async () => {
    const resolver = readSignInResolver(
      new ConfigReader({ signIn: { resolvers: [{ resolver: "oktaGroups" }] } }),
      "key",
      backend,
    );
    const userinfo = {
      sub: "00u1",
      email: "alice@example.com",
      email_verified: true,
      groups: ["Ops EU", "SRE", "sre"],
    };
    const info = { profile: {}, result: { fullProfile: { userinfo, tokenset: {} } } };
    for (let refreshes = 0; refreshes < 2; refreshes++) await resolver?.(info as never, context as never);
    expect(log.mock.calls).toEqual([
      [expect.stringContaining('The Okta group "Ops EU" is left out')],
      [expect.stringContaining('The Okta groups "SRE" and "sre" are left out')],
    ]);
  });
});

it("asks the resolvers in their order, and says of each why it found nobody", async () => {
  catalog = [];
  const entries = ["oktaUserId", "oktaGroups", { ...byName, allowedDomains: ["acme.example"] }];
  await expect(signIn(entries)).rejects.toThrow(
    /the Okta user ID 00u1 .*matches alice@example\.com.*is not of a domain.*\(Tried: oktaUserId, oktaGroups, emailLocal/,
  );
});

it("asks no other resolver when the catalog cannot be asked", async () => {
  jest.spyOn(context, "findCatalogUser").mockRejectedValueOnce(new Error("catalog away"));
  await expect(signIn(["oktaGroups", "oktaUserId"])).rejects.toThrow("catalog away");
});
