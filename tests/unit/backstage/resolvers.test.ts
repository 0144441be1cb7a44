import { NotFoundError } from "@backstage/errors";
import { ConfigReader } from "@backstage/config";
import { readSignInResolver } from "../../../backstage/src/resolvers";

const alice = { kind: "User", metadata: { name: "alice" } };
const context = {
  findCatalogUser: jest.fn(),
  signInWithCatalogUser: jest.fn(),
  resolveOwnershipEntityRefs: jest.fn(),
  issueToken: jest.fn(),
};

beforeEach(() => {
  context.findCatalogUser.mockReset().mockResolvedValue({ entity: alice });
  context.signInWithCatalogUser.mockReset().mockResolvedValue({ token: "by the catalog" });
  context.resolveOwnershipEntityRefs.mockReset().mockResolvedValue({
    ownershipEntityRefs: ["user:default/alice", "group:default/sre"],
  });
  context.issueToken.mockReset().mockResolvedValue({ token: "issued" });
});

function signIn(resolvers: object[], userinfo: object = {}) {
  const claims = {
    sub: "00u1",
    email: "alice@example.com",
    email_verified: true,
    groups: ["sre", "okta-ops"],
    ...userinfo,
  };
  const info = { profile: { email: claims.email }, result: { fullProfile: { userinfo: claims, tokenset: {} } } };
  const resolver = readSignInResolver(new ConfigReader({ signIn: { resolvers } }));
  return resolver?.(info as never, context);
}

it("is no way to sign in without a resolver", () => {
  expect(readSignInResolver(new ConfigReader({}))).toBeUndefined();
  expect(readSignInResolver(new ConfigReader({ signIn: { resolvers: [] } }))).toBeUndefined();
});

it.each([
  [{ email: undefined }, /^Okta gives no email for your account 00u1/],
  [{ email_verified: false }, /^Your email alice@example.com is not verified/],
  [{ email_verified: undefined }, /^Your email alice@example.com is not verified/],
])("refuses %j before the catalog is asked", async (userinfo, message) => {
  await expect(signIn([{ resolver: "oktaGroups" }], userinfo)).rejects.toThrow(message);
  expect(context.findCatalogUser).not.toHaveBeenCalled();
});

it("adds the Okta groups to what the catalog says, each once", async () => {
  await signIn([{ resolver: "oktaGroups", stripPrefix: "okta-" }]);
  expect(context.findCatalogUser).toHaveBeenCalledWith({ filter: { "spec.profile.email": "alice@example.com" } });
  expect(context.issueToken).toHaveBeenCalledWith({
    claims: { sub: "user:default/alice", ent: ["user:default/alice", "group:default/sre", "group:default/ops"] },
  });
});

it("goes on with the next resolver when one finds nobody", async () => {
  context.findCatalogUser.mockRejectedValue(new NotFoundError("User not found"));
  const resolvers = [{ resolver: "oktaGroups" }, { resolver: "emailMatchingUserEntityAnnotation" }];
  expect(await signIn(resolvers)).toEqual({ token: "by the catalog" });
  expect(context.signInWithCatalogUser).toHaveBeenCalledWith(
    { annotations: { "okta.com/email": "alice@example.com" } },
    {},
  );
});

it("lets in whom the catalog does not know only when it is told to", async () => {
  await signIn([{ resolver: "emailMatchingUserEntityAnnotation", dangerouslyAllowSignInWithoutUserInCatalog: true }]);
  expect(context.signInWithCatalogUser).toHaveBeenCalledWith(expect.anything(), {
    dangerousEntityRefFallback: { entityRef: { name: "alice@example.com" } },
  });
});

it.each(["emailMatchingUserEntityProfileEmail", "emailLocalPartMatchingUserEntityName"])(
  "holds %s to its allowed domains",
  async (resolver) => {
    await expect(signIn([{ resolver, allowedDomains: ["other.example"] }])).rejects.toThrow(/domain/);
    expect(context.signInWithCatalogUser).not.toHaveBeenCalled();
    expect(await signIn([{ resolver, allowedDomains: ["example.com"] }])).toEqual({ token: "by the catalog" });
  },
);
