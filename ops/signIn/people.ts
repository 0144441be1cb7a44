import { quoted } from "../plainText";
import { added, type Found } from "./finding";
import type { SignIn } from "./model";

/** What people may do in the portal by their groups, and who is in its catalog, that was otherwise before. */
export function peopleDisruptions(before: SignIn, after: SignIn): Found[] {
  if (!before.app || !after.app) return [];
  return [...roles(before, after), ...catalog(before, after), ...rights(before, after)];
}

function roles({ permissions: before }: SignIn, { permissions: after }: SignIn): Found[] {
  if (!before && !after) return [];
  if (!after) {
    return [["access-widened", "There are no roles any more: what people may do is up to the portal's own config."]];
  }
  if (!before) {
    const groups = [...after.keys()].map(quoted).join(", ");
    return [
      [
        "group-removed",
        `From now on people may do what their roles permit, and nothing else. Only the members of ${groups} have one.`,
      ],
    ];
  }
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((group): Found[] => {
    const [from, to] = [before.get(group) ?? [], after.get(group) ?? []];
    const [more, fewer] = [added(from, to), added(to, from)];
    return [
      ...listed(fewer, (all): Found => ["group-removed", `The members of ${quoted(group)} may no longer do ${all}.`]),
      ...listed(more, (all): Found => ["access-widened", `The members of ${quoted(group)} may do ${all} as well.`]),
    ];
  });
}

function catalog({ overlay: before }: SignIn, { overlay: after }: SignIn): Found[] {
  if (!before || !after || before.catalog === after.catalog) return [];
  if (after.catalog === undefined) {
    return [
      [
        "group-removed",
        "People and groups are no longer read from Okta into the catalog: who is in it by that alone cannot sign in any more.",
      ],
    ];
  }
  if (before.catalog === undefined) {
    return [
      [
        "access-widened",
        `People and groups are read from Okta into the catalog (${quoted(after.catalog)}): who is assigned to the app and among them can sign in.`,
      ],
    ];
  }
  const change = `${quoted(after.catalog)} instead of ${quoted(before.catalog)}`;
  return [
    ["access-widened", `Other people and groups are read from Okta into the catalog: ${change}.`],
    ["group-removed", `Who is no longer among those that are read from Okta cannot sign in any more: ${change}.`],
  ];
}

/** What the service app may do that the catalog reads Okta as. */
function rights({ apiRights: before }: SignIn, { apiRights: after }: SignIn): Found[] {
  // Those of a new service app come with what it is for.
  if (before.length === 0) return [];
  return listed(added(before, after), (all) => ["access-widened", `The catalog's service app has ${all} as well.`]);
}

const listed = (items: string[], found: (all: string) => Found): Found[] =>
  items.length > 0 ? [found(items.map(quoted).join(", "))] : [];
