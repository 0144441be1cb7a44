import { alreadyExists, found, invalid, OktaError, parse } from "../errors";
import { newUserBody, type User, userBody } from "../model/org";
import { change, newId, newTimes, select } from "../store";
import { collection } from "./collection";
import type { Properties } from "./filter";
import { del, get, type Org, post, type Route } from "./route";

const PATH = "/api/v1/users";

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
    path: PATH,
    id: "userId",
    idPrefix: "00u",
    access: "okta.users",
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
    body: newUserBody,
    createdStatus: 200,
    create: (wanted, { query }) => {
      const unknown = wanted.groupIds.find((id) => store.groups.get(id)?.type !== "OKTA_GROUP");
      if (unknown) throw invalid({ field: "groupIds", message: `No group of type OKTA_GROUP has the ID ${unknown}` });
      const [everyone] = select(store.groups, ({ type }) => type === "BUILT_IN");
      return {
        ...newTimes(),
        status: query.get("activate") === "false" ? "STAGED" : "ACTIVE",
        profile: wanted.profile,
        emailVerified: true,
        // Whoever has no password yet cannot sign in by guessing it.
        password: wanted.credentials?.password.value ?? newId(""),
        groupIds: [everyone!.id, ...wanted.groupIds],
      };
    },
    render: (user) => renderUser(org, user),
  });

  const whoAmI = get(`${PATH}/me`, "okta.users", ({ userId }) => renderUser(org, findUser(org, userId ?? "me")));
  return [whoAmI, ...routes, ...changeRoutes(org)];
}

/** How a user changes: single properties by POST, the status by POST and DELETE. */
function changeRoutes(org: Org): Route[] {
  const { store } = org;
  const path = `${PATH}/:userId`;

  return [
    post(path, "okta.users", ({ params, body }) => {
      const user = findUser(org, params.userId);
      const changes = parse(userBody, body);
      const profile = { ...user.profile, ...changes.profile };
      const [taken] = select(store.users, (other) => other.profile.login === profile.login && other.id !== user.id);
      if (taken) throw alreadyExists("login");
      const password = changes.credentials?.password.value ?? user.password;
      return renderUser(org, change(store.users, user, { profile, password }));
    }),
    del(path, "okta.users", ({ params }) => {
      const user = findUser(org, params.userId);
      // The first deletion deactivates, the second one deletes.
      if (user.status === "DEPROVISIONED") void store.users.remove(user.id);
      else change(store.users, user, { status: "DEPROVISIONED" });
    }),
    ...Object.entries(LIFECYCLE).map(([operation, { from, to }]) =>
      post(`${path}/lifecycle/${operation}`, "okta.users", ({ params }) => {
        const user = findUser(org, params.userId);
        if (!from.includes(user.status))
          throw new OktaError(403, "E0000038", "This operation is not allowed in the user's current status.");
        change(store.users, user, { status: to });
        return {};
      }),
    ),
  ];
}

/**
 * @param key an ID, a login, or a login's part before the @
 * @throws OktaError E0000007
 */
export function findUser({ store }: Org, key = ""): User {
  const [user] = select(
    store.users,
    ({ id, profile: { login } }) => id === key || login === key || login.split("@")[0] === key,
  );
  return found(user, key, "User");
}

/** A user as the API shows it: never with the password. */
export function renderUser({ url }: Org, { password: _, emailVerified: _verified, groupIds: _groups, ...user }: User) {
  return {
    ...user,
    activated: user.created,
    statusChanged: user.lastUpdated,
    lastLogin: null,
    passwordChanged: user.created,
    credentials: { password: {}, provider: { type: "OKTA", name: "OKTA" } },
    _links: { self: { href: `${url}/api/v1/users/${user.id}` } },
  };
}
