import { z } from "zod";
import { alreadyExists, invalid, notFound, OktaError, parse } from "../errors";
import { newId, now, select, type User } from "../store";
import { filter, noContent, ok, type Org, page, type Route } from "./route";

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

/**
 * The people of the org.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function userRoutes(org: Org): Route[] {
  const { store } = org;

  return [
    {
      method: "GET",
      path: "/api/v1/users",
      access: "okta.users.read",
      handle: (request) => {
        const prefix = (request.query.get("q") ?? "").toLowerCase();
        const users = select(store.users, ({ profile: { firstName, lastName, email } }) =>
          [firstName, lastName, email].some((value) => value.toLowerCase().startsWith(prefix)),
        ).filter(filterOf(request.query.get("search") ?? request.query.get("filter")));
        return page(org, request, users, { usual: 200, most: 200 }, (user) => renderUser(org, user));
      },
    },
    {
      method: "POST",
      path: "/api/v1/users",
      access: "okta.users.manage",
      handle: ({ query, body }) => {
        const wanted = parse(createBody, body);
        refuseTakenLogin(wanted.profile.login);
        const unknown = wanted.groupIds.find((id) => store.groups.get(id)?.type !== "OKTA_GROUP");
        if (unknown) throw invalid({ field: "groupIds", message: `No group of type OKTA_GROUP has the ID ${unknown}` });
        const [everyone] = select(store.groups, ({ type }) => type === "BUILT_IN");
        const time = now();
        const user: User = {
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
        void store.users.put(user.id, user);
        return ok(renderUser(org, user));
      },
    },
    {
      method: "GET",
      path: "/api/v1/users/:userId",
      access: "okta.users.read",
      handle: ({ params, userId }) =>
        ok(renderUser(org, findUser(org, params.userId === "me" && userId ? userId : params.userId!))),
    },
    {
      method: "POST",
      path: "/api/v1/users/:userId",
      access: "okta.users.manage",
      handle: ({ params, body }) => {
        const user = findUser(org, params.userId!);
        const changes = parse(updateBody, body);
        if (changes.profile.login) refuseTakenLogin(changes.profile.login, user.id);
        const updated: User = {
          ...user,
          profile: { ...user.profile, ...changes.profile },
          password: changes.credentials?.password.value ?? user.password,
          lastUpdated: now(),
        };
        void store.users.put(user.id, updated);
        return ok(renderUser(org, updated));
      },
    },
    {
      method: "DELETE",
      path: "/api/v1/users/:userId",
      access: "okta.users.manage",
      // The first deletion deactivates, the second one deletes.
      handle: ({ params }) => {
        const user = findUser(org, params.userId!);
        if (user.status === "DEPROVISIONED") void store.users.remove(user.id);
        else void store.users.put(user.id, { ...user, status: "DEPROVISIONED", lastUpdated: now() });
        return noContent();
      },
    },
    ...Object.entries(LIFECYCLE).map(([operation, { from, to }]): Route => ({
      method: "POST",
      path: `/api/v1/users/:userId/lifecycle/${operation}`,
      access: "okta.users.manage",
      handle: ({ params }) => {
        const user = findUser(org, params.userId!);
        if (!from.includes(user.status))
          throw new OktaError(403, "E0000038", "This operation is not allowed in the user's current status.");
        void store.users.put(user.id, { ...user, status: to, lastUpdated: now() });
        return ok({});
      },
    })),
  ];

  function refuseTakenLogin(login: string, except?: string): void {
    const [taken] = select(store.users, (user) => user.profile.login === login && user.id !== except);
    if (taken) throw alreadyExists("login");
  }
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

/** Without an expression the list leaves out who was deactivated. */
function filterOf(expression: string | null): (user: User) => boolean {
  if (expression === null) return ({ status }) => status !== "DEPROVISIONED";
  const matches = filter(expression);
  return ({ id, status, profile: { login, email, firstName, lastName } }) =>
    matches({
      id,
      status,
      "profile.login": login,
      "profile.email": email,
      "profile.firstName": firstName,
      "profile.lastName": lastName,
    });
}
