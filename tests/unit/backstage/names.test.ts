import { KubernetesValidatorFunctions, stringifyEntityRef } from "@backstage/catalog-model";
import { ownershipRefs } from "../../../backstage/auth/src/groups";
import { resolverOptions } from "../../../backstage/auth/src/resolverOptions";
import { nameGroups } from "../../../backstage/naming/names";
import { CASES, PIECES, random, seed } from "./cases";

function makeCase(seed: number) {
  const next = random(seed);
  const pick = () => PIECES[next(PIECES.length)] as string;
  const name = () => Array.from({ length: next(5) }, pick).join("");
  const groups = Array.from({ length: 1 + next(6) }, name);
  const mapping = next(3) === 0 ? { [groups[0] as string]: next(2) === 0 ? "mapped" : "a" } : {};
  const stripPrefix = next(2) === 0 ? "okta-" : undefined;
  const options = { stripPrefix, lowerCase: next(2) === 0, slug: next(2) === 0, mapping };
  return { groups, options: resolverOptions.oktaGroups.parse(options) };
}

it(`holds for ${CASES} lists of groups (SEED=${seed})`, async () => {
  for (let number = seed; number < seed + CASES; number++) {
    const { groups, options } = makeCase(number);
    const distinct = [...new Set(groups)];
    const { names, leftOut } = nameGroups(distinct, (group) => group, options);
    const all = [...names.values()];
    const told = { seed: number, groups, options, names: [...names], leftOut };

    // Each name is one for an entity, and no two are one, in the catalog's eyes too.
    if (!all.every((name) => KubernetesValidatorFunctions.isValidObjectName(name)))
      throw new Error(JSON.stringify(told));
    const refs = all.map((name) => stringifyEntityRef({ kind: "Group", namespace: "default", name }));
    if (new Set(refs).size !== all.length) throw new Error(JSON.stringify(told));

    // The order of the groups does not matter, and what a person has alone is what all have, or nothing.
    const reversed = nameGroups([...distinct].reverse(), (group) => group, options);
    for (const group of distinct) {
      const alone = nameGroups([group], () => group, options).names.get(group);
      const name = names.get(group);
      if (reversed.names.get(group) !== name || (name !== undefined && name !== alone))
        throw new Error(JSON.stringify(told));
      // The rule is for a group or not; where it is, and gives no name, the log says so.
      const isTheirs = Object.hasOwn(options.mapping, group) || group.startsWith(options.stripPrefix ?? "");
      const isTold = leftOut.some((sentence) => sentence.includes(JSON.stringify(group)));
      if (isTheirs ? name === undefined && !isTold : name !== undefined) throw new Error(JSON.stringify(told));
    }

    // A name of the mapping is nobody else's.
    const [mapped] = Object.entries(options.mapping);
    for (const [group, name] of names) {
      if (mapped && group !== mapped[0] && name.toLowerCase() === mapped[1]) throw new Error(JSON.stringify(told));
    }

    // The sign-in calls them what the catalog calls them.
    const signIn = await ownershipRefs(
      groups,
      options,
      () => Promise.resolve([]),
      () => {},
    );
    expect(signIn).toEqual(all.map((name) => `group:default/${name}`));
  }
});

it.each([
  ["Platform Engineers", "platform-engineers"],
  ["Ops / EU (west)", "ops-eu-west"],
  ["-_ a _-", "a"],
  ["Zoë", undefined],
  ["команда SRE", undefined],
  ["\u212aube", undefined],
  [" / ", undefined],
  [`${"x".repeat(63)} `, "x".repeat(63)],
  ["x".repeat(64), undefined],
])("slug makes %j %j", (group, name) => {
  const options = resolverOptions.oktaGroups.parse({ slug: true });
  expect(nameGroups([group], () => group, options).names.get(group)).toBe(name);
});

it("gives two groups of one name none", () => {
  const groups = [
    { id: "00g1", name: "sre" },
    { id: "00g2", name: "sre" },
  ];
  const { names, leftOut } = nameGroups(groups, ({ name }) => name, resolverOptions.oktaGroups.parse({}));
  expect(names.size).toBe(0);
  expect(leftOut).toEqual([expect.stringMatching(/The Okta groups "sre" and "sre" are left out.*rename one in Okta/)]);
});
