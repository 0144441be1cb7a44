import { z } from "zod";
import { alreadyExists, invalid, notFound, OktaError, parse } from "../errors";
import type { User } from "../model";
import { newId, now, select } from "../store";
import { collection } from "./collection";
import type { Properties } from "./filter";
import { ok, type Org, type Route } from "./route";

const name = z.string().min(1).max(50);
const profile = z.object({
  login: z.email({ error: "Username must be in the form of an email address" }).min(5).max(100),
  email: z.email({ error: "Does not match required pattern" }).min(5).max(100),
  firstName: name,
  lastName: name,
});
const password = z.object({ password: z.object({ value: z.string().min(8).max(72) }) });
const createBody = z.object({
  profile,
  credentials: password.optional(),
  groupIds: z.array(z.string()).default([]),
});
const updateBody = z.object({ profile: profile.partial().default({}), credentials: password.optional() });

/** The lifecycle operations: from which statuses, and to which. */
const LIFECYCLE: Record<string, { from: User["status"][]; to: User["status"] }> = {
  activate: { from: ["STAGED", "DEPROVISIONED"], to: "ACTIVE" },
  deactivate: { from: ["STAGED", "ACTIVE", "SUSPENDED"], to: "DEPROVISIONED" },
  suspend: { from: ["ACTIVE"], to: "SUSPENDED" },
  unsuspend: { from: ["SUSPENDED"], to: "ACTIVE" },
};

const filterable: Properties<User> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
  lastUpdated: ({ lastUpdated }) => lastUpdated,
  "profile.login": ({ profile: { login } }) => login,
  "profile.email": ({ profile: { email } }) => email,
  "profile.firstName": ({ profile: { firstName } }) => firstName,
  "profile.lastName": ({ profile: { lastName } }) => lastName,
};

/**
 * The people of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function userRoutes(org: Org): Route[] {
  const { store } = org;

  const { routes } = collection(org, store.users, {
    path: "/api/v1/users",
    id: "userId",
    scope: "okta.users",
    type: "User",
    get: (key) => findUser(org, key),
    list: {
      q: ({ status, profile: { firstName, lastName, email } }, text) =>
        status !== "DEPROVISIONED" &&
        [firstName, lastName, email].some((value) => value.toLowerCase().startsWith(text)),
      filter: filterable,
      search: { ...filterable, created: ({ created }) => created, statusChanged: ({ lastUpdated }) => lastUpdated },
      // Without an expression the list leaves out who was deactivated.
      hidden: ({ status }) => status === "DEPROVISIONED",
      pageSize: { usual: 200, most: 200 },
    },
    unique: { field: "login", of: ({ profile }) => profile.login },
    body: createBody,
    createdStatus: 200,
    create: (wanted, { query }): User => {
      const unknown = wanted.groupIds.find((id) => store.groups.get(id)?.type !== "OKTA_GROUP");
      if (unknown) throw invalid({ field: "groupIds", message: `No group of type OKTA_GROUP has the ID ${unknown}` });
      const [everyone] = select(store.groups, ({ type }) => type === "BUILT_IN");
      const time = now();
      return {
        id: newId("00u"),
        status: query.get("activate") === "false" ? "STAGED" : "ACTIVE",
        profile: wanted.profile,
        emailVerified: true,
        // Whoever has no password yet cannot sign in by guessing it.
        password: wanted.credentials?.password.value ?? newId(""),
        groupIds: [everyone!.id, ...wanted.groupIds],
        created: time,
        lastUpdated: time,
      };
    },
    // The first deletion deactivates, the second one deletes.
    remove: (user) => {
      if (user.status === "DEPROVISIONED") void store.users.remove(user.id);
      else void store.users.put(user.id, { ...user, status: "DEPROVISIONED", lastUpdated: now() });
    },
    render: (user) => renderUser(org, user),
  });

  const whoAmI: Route = {
    method: "GET",
    path: "/api/v1/users/me",
    access: "okta.users.read",
    handle: ({ userId }) => ok(renderUser(org, findUser(org, userId ?? "me"))),
  };
  return [whoAmI, ...routes, ...changeRoutes(org)];
}

/** What of a user changes by POST: single properties, and the status. */
function changeRoutes(org: Org): Route[] {
  const { store } = org;
  const common = { method: "POST", access: "okta.users.manage" } as const;
  const path = "/api/v1/users/:userId";

  return [
    {
      ...common,
      path,
      handle: ({ params, body }) => {
        const user = findUser(org, params.userId!);
        const changes = parse(updateBody, body);
        const profile = { ...user.profile, ...changes.profile };
        const [taken] = select(store.users, (other) => other.profile.login === profile.login && other.id !== user.id);
        if (taken) throw alreadyExists("login");
        const password = changes.credentials?.password.value ?? user.password;
        const updated: User = { ...user, profile, password, lastUpdated: now() };
        void store.users.put(user.id, updated);
        return ok(renderUser(org, updated));
      },
    },
    ...Object.entries(LIFECYCLE).map(([operation, { from, to }]): Route => ({
      ...common,
      path: `${path}/lifecycle/${operation}`,
      handle: ({ params }) => {
        const user = findUser(org, params.userId!);
        if (!from.includes(user.status))
          throw new OktaError(403, "E0000038", "This operation is not allowed in the user's current status.");
        void store.users.put(user.id, { ...user, status: to, lastUpdated: now() });
        return ok({});
      },
    })),
  ];
}

/**
 * @param key an ID, a login, or a login's part before the @
 * @throws OktaError E0000007
 */
export function findUser({ store }: Org, key: string): User {
  const [found] = select(
    store.users,
    ({ id, profile: { login } }) => id === key || login === key || login.split("@")[0] === key,
  );
  if (!found) throw notFound(key, "User");
  return found;
}

/** A user as the API shows it: never with the password. */
export function renderUser({ url }: Org, user: User) {
  return {
    id: user.id,
    status: user.status,
    created: user.created,
    activated: user.created,
    statusChanged: user.lastUpdated,
    lastLogin: null,
    lastUpdated: user.lastUpdated,
    passwordChanged: user.created,
    profile: user.profile,
    credentials: { password: {}, provider: { type: "OKTA", name: "OKTA" } },
    _links: { self: { href: `${url}/api/v1/users/${user.id}` } },
  };
}
