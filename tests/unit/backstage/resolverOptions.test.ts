import { KubernetesValidatorFunctions as catalog } from "@backstage/catalog-model";
import { type ResolverName, resolverOptions } from "../../../backstage/auth/src/resolverOptions";

const parse = (resolver: ResolverName, options: object = {}) => resolverOptions[resolver].parse(options);
const email = ["emailMatchingUserEntityProfileEmail", "emailMatchingUserEntityAnnotation", "oktaGroups"] as const;

it.each(email)("%s needs no option, and ignores no plus tag unless it is told to", (resolver) => {
  expect(parse(resolver)).toMatchObject({ ignorePlusTag: false });
  expect(parse(resolver, { allowedDomains: ["acme.example"], ignorePlusTag: true })).toMatchObject({
    allowedDomains: ["acme.example"],
    ignorePlusTag: true,
  });
});

it("emailLocalPartMatchingUserEntityName needs the domains, since alice@partner.example is not alice@acme.example", () => {
  expect(() => parse("emailLocalPartMatchingUserEntityName")).toThrow(/is missing: name the domains/);
});

it("oktaUserId goes by okta.com/id, or by another annotation", () => {
  expect(parse("oktaUserId")).toEqual({ annotation: "okta.com/id" });
  expect(parse("oktaUserId", { annotation: "acme.example/okta" })).toEqual({ annotation: "acme.example/okta" });
});

it.each<[ResolverName, object, RegExp]>([
  ["oktaGroups", { stripprefix: "okta-" }, /Unrecognized key\(s\) in object: 'stripprefix'/],
  ["oktaGroups", { namespace: "a b" }, /is not a namespace/],
  ["oktaGroups", { allowList: [] }, /at least 1/],
  ["oktaGroups", { lowerCase: "yes" }, /Expected boolean/],
  ["oktaGroups", { mapping: { "Platform Engineers": "platform engineers" } }, /is not a name for an entity/],
  ["oktaGroups", { mapping: { "Ops EU": "ops", "Ops US": "Ops" } }, /has one name for two groups/],
  ["oktaGroups", { userIdAnnotation: "okta.com/" }, /is not the key of an annotation/],
  ["oktaGroups", { dangerouslyAllowSignInWithoutUserInCatalog: true }, /Unrecognized key/],
  ["oktaUserId", { annotation: "id of okta" }, /is not the key of an annotation/],
  ["oktaUserId", { allowedDomains: ["acme.example"] }, /Unrecognized key/],
  ["emailMatchingUserEntityProfileEmail", { allowedDomains: ["@acme.example"] }, /is not a domain/],
  ["emailMatchingUserEntityAnnotation", { allowedDomains: [] }, /is empty/],
  ["emailLocalPartMatchingUserEntityName", { allowedDomains: "acme.example" }, /Expected array/],
])("%s refuses %j", (resolver, options, message) => {
  expect(() => parse(resolver, options)).toThrow(message);
});

it.each(["a", "A.b_c-D9", "x".repeat(63), "", "-a", "a-", "a b", "a/b", "ä", "a\n", "x".repeat(64)])(
  "takes %j for a name when the catalog does",
  (name) => {
    const { success } = resolverOptions.oktaGroups.safeParse({ mapping: { group: name } });
    expect(success).toBe(catalog.isValidObjectName(name));
  },
);

it.each([
  "okta.com/id",
  "id",
  "a.b-c/d_E.f",
  "/id",
  "okta.com/",
  "Okta.com/id",
  "a/b/c",
  "okta_com/id",
  "okta.com/i d",
])("takes %j for an annotation when the catalog does", (annotation) => {
  const { success } = resolverOptions.oktaUserId.safeParse({ annotation });
  expect(success).toBe(catalog.isValidAnnotationKey(annotation));
});
