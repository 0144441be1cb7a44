import { type Entity, KubernetesValidatorFunctions, stringifyEntityRef } from "@backstage/catalog-model";
import { ConfigReader } from "@backstage/config";
import { NotFoundError } from "@backstage/errors";
import type { AuthResolverCatalogUserQuery } from "@backstage/plugin-auth-node";
import { readSignInResolver } from "../../../backstage/auth/src/resolvers";
import { providerOptions } from "../../../backstage/catalog/src/options";
import type { OktaOrg, OktaUser } from "../../../backstage/catalog/src/org";
import { transform } from "../../../backstage/catalog/src/transform";
import { CASES, PIECES, random, seed } from "../backstage/cases";

jest.setTimeout(300_000);

const DOMAINS = ["acme.example", "partner.example"];

/** An org of a few people and groups, whose names are alike more often than by chance. */
function makeCase(seed: number) {
  const next = random(seed);
  const words = Array.from({ length: 3 }, () =>
    Array.from({ length: 1 + next(3) }, () => PIECES[next(PIECES.length)]!),
  );
  const name = () => words[next(3)]!.map((word) => (next(4) === 0 ? word.toUpperCase() : word)).join("");
  const users = Array.from({ length: 1 + next(4) }, (_, i): OktaUser => {
    const login = `${name()}@${DOMAINS[next(2)]}`;
    return { id: `00u${i}`, login, email: next(4) === 0 ? `${name()}@${DOMAINS[next(2)]}` : login, displayName: login };
  });
  const groups = [...new Set(Array.from({ length: 1 + next(4) }, () => (next(2) === 0 ? "okta-" : "") + name()))];
  const naming = {
    groups: {
      ...(next(2) === 0 && { stripPrefix: "okta-" }),
      lowerCase: next(2) === 0,
      slug: next(2) === 0,
      mapping: next(4) === 0 ? { [groups[0]!]: next(2) === 0 ? "mapped" : "sre" } : {},
    },
    users: {
      from: (["localPart", "login", "id"] as const)[next(3)]!,
      mapping: next(4) === 0 ? { [users[0]!.login]: `mapped-${next(2)}` } : {},
    },
  };
  const org: OktaOrg = { users: new Map(users.map((user) => [user.id, user])), groups: new Map() };
  groups.forEach((name, i) => {
    const members = users.filter(() => next(2) === 0).map(({ id }) => id);
    org.groups.set(`00g${i}`, { id: `00g${i}`, name, description: undefined, parent: undefined, members });
  });
  const options = providerOptions.parse({ orgUrl: "https://acme.okta.com", token: "of no worth", naming });
  return { org, options };
}

/** Signs a person in with the catalog that a sync has made. @returns the claims, or undefined where nobody is found */
async function signIn(catalog: Entity[], user: OktaUser, groups: string[], resolve: Resolver) {
  let claims: { sub: string; ent: string[] } | undefined;
  const context = {
    findCatalogUser: (query: AuthResolverCatalogUserQuery) => {
      const found = catalog.filter((entity) => isFound(entity, query));
      if (found.length === 1) return Promise.resolve({ entity: found[0] });
      return Promise.reject(new NotFoundError("not one"));
    },
    resolveOwnershipEntityRefs: () => Promise.resolve({ ownershipEntityRefs: [] }),
    issueToken: (issued: { claims: typeof claims }) => Promise.resolve((claims = issued.claims)),
  };
  const userinfo = { sub: user.id, email: user.email, email_verified: true, groups };
  const info = { profile: {}, result: { fullProfile: { userinfo, tokenset: {} } } };
  await resolve(info as never, context as never).catch(() => undefined);
  return claims;
}

type Resolver = NonNullable<ReturnType<typeof readSignInResolver>>;

const read = (resolver: object, catalog: Entity[] = []): Resolver => {
  const find = (refs: string[]) =>
    Promise.resolve(refs.map((ref) => catalog.find((entity) => stringifyEntityRef(entity) === ref.toLowerCase())));
  return readSignInResolver(new ConfigReader({ signIn: { resolvers: [resolver] } }), "okta", { find, log() {} })!;
};

const RESOLVERS = [
  { resolver: "oktaUserId" },
  { resolver: "emailMatchingUserEntityProfileEmail" },
  { resolver: "emailMatchingUserEntityAnnotation" },
  { resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: DOMAINS },
].map((resolver) => read(resolver));

/** As Backstage's catalog compares: in Unicode's lower case. */
function isFound({ kind, metadata, spec }: Entity, query: AuthResolverCatalogUserQuery): boolean {
  const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase();
  if (kind !== "User") return false;
  if ("entityRef" in query) return same(metadata.name, (query.entityRef as { name: string }).name);
  if ("annotations" in query) {
    return Object.entries(query.annotations).every(([key, value]) => same(metadata.annotations?.[key], value));
  }
  const { profile } = spec as { profile: { email?: string } };
  return same(profile.email, (query.filter as Record<string, string>)["spec.profile.email"]);
}

it(`sync and sign-in agree in ${CASES} orgs (SEED=${seed})`, async () => {
  const found = { people: 0, groups: 0, leftOut: 0 };
  for (let number = seed; number < seed + CASES; number++) {
    const { org, options } = makeCase(number);
    const { entities, leftOut } = transform(org, options, "url:okta");
    const check = (holds: boolean, rule: string) => {
      if (!holds) throw new Error(`${rule}: SEED=${number} ${JSON.stringify({ org: [...org.groups], entities })}`);
    };
    const refs = entities.map((entity) => stringifyEntityRef(entity));
    check(new Set(refs).size === refs.length, "no two are one");
    const names = entities.map(({ metadata }) => metadata.name);
    check(
      names.every((name) => KubernetesValidatorFunctions.isValidObjectName(name)),
      "the catalog takes each name",
    );
    found.leftOut += leftOut.length;

    const groupRef = new Map(
      entities.filter(({ kind }) => kind === "Group").map((e) => [e.metadata.title!, stringifyEntityRef(e)]),
    );
    const oktaGroups = { resolver: "oktaGroups", userIdAnnotation: "okta.com/id", ...options.naming.groups };
    const byGroups = read(oktaGroups);
    const byGroupsInCatalog = read({ ...oktaGroups, onlyGroupsInCatalog: true }, entities);
    for (const user of org.users.values()) {
      const own = entities.find((e) => e.kind === "User" && e.metadata.annotations?.["okta.com/id"] === user.id);
      const groups = [...org.groups.values()]
        .filter(({ members }) => members.includes(user.id))
        .map(({ name }) => name);
      const claims = await Promise.all(
        [byGroups, ...RESOLVERS].map((resolve) => signIn(entities, user, groups, resolve)),
      );
      const [signedIn, byId] = claims;
      const strictly = await signIn(entities, user, groups, byGroupsInCatalog);
      check(!own === !byId, "the ID finds whom the sync has");
      for (const each of claims.slice(0, 2))
        check(!each || each.sub === (own && stringifyEntityRef(own)), "nobody is another");
      const twins = [...org.users.values()].filter(({ email }) => email?.toLowerCase() === user.email?.toLowerCase());
      for (const each of claims.slice(2)) {
        check(!each || twins.length > 1 || each.sub === (own && stringifyEntityRef(own)), "by email nobody is another");
      }
      if (!own || !signedIn) continue;
      found.people++;
      // What the catalog calls a group, the sign-in calls it; what the catalog left out, it calls by nobody's name.
      const memberOf = (own.spec?.memberOf as string[]).map((name) => `group:default/${name.toLowerCase()}`);
      const owned = signedIn.ent.map((ref) => ref.toLowerCase());
      check(
        memberOf.every((ref) => owned.includes(ref)),
        "who is a member owns",
      );
      const others = owned.filter((ref) => !memberOf.includes(ref));
      check(!others.some((ref) => [...groupRef.values()].includes(ref)), "nobody owns by another's group");
      const strict = strictly!.ent.map((ref) => ref.toLowerCase());
      check(strict.sort().join() === memberOf.sort().join(), "who owns by what the catalog has is a member");
      found.groups += memberOf.length;
    }
  }
  // The cases are not all alike.
  expect(Math.min(...Object.values(found))).toBeGreaterThan(CASES / 10);
});
