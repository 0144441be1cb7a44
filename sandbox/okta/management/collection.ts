import type { Database } from "lmdb";
import type { z } from "zod";
import { alreadyExists, notFound, parse } from "../errors";
import type { Status } from "../model";
import { now, select } from "../store";
import { filter, type Properties } from "./filter";
import { type ApiRequest, created, noContent, ok, type Org, page, type Reply, type Route } from "./route";

type Params = Record<string, string>;

/** What a collection of the management API is made of. An operation that is left out does not exist. */
export interface Collection<T extends { id: string }, Schema extends z.ZodType> {
  /** Such as `/api/v1/authorizationServers/:serverId/scopes`. */
  path: string;
  /** The name of an item's ID among the path's parameters, such as `scopeId`. */
  id: string;
  /** The OAuth scope less its last part, such as `okta.authorizationServers`. */
  scope: `okta.${string}`;
  /** Okta's name for an item, such as `OAuth2Scope`, in the error for an unknown ID. */
  type: string;
  /** Finds an item where it is not by its ID alone. */
  get?: (key: string) => T | undefined;
  /** Which of the store's items are of the collection, by the path's parameters. Throws when the parent is not there. */
  belongs?: (params: Params) => (item: T) => boolean;
  list?: Listing<T>;
  /** What of an item no other one of the collection may have, and under which field that is reported. */
  unique?: { field: string; of: (item: T) => string };
  /** The body of POST and PUT. */
  body: Schema;
  create?: (wanted: z.output<Schema>, request: ApiRequest) => T;
  /** 201, unless Okta answers otherwise. */
  createdStatus?: 200;
  replace?: (item: T, wanted: z.output<Schema>, request: ApiRequest) => T;
  /** Stores an item that is new or changed, among the others of the collection. @returns it as it was stored */
  save?: (item: T, others: T[]) => T;
  /** Checks that an item may go, and removes it with all that is its own. */
  remove?: (item: T, others: T[]) => void;
  /** The status of the answers of `lifecycle/activate` and `lifecycle/deactivate`, 200 with an empty object. */
  lifecycle?: 200 | 204;
  render: (item: T, request: ApiRequest) => unknown;
}

/** How a collection is listed. */
export interface Listing<T> {
  /** Whether an item is found by `q`, in lower case. */
  q?: (item: T, text: string) => boolean;
  /** What the other parameters choose. Throws when a required one is missing. */
  where?: (query: URLSearchParams) => (item: T) => boolean;
  /** The properties that the expression in `filter` may name, and the one in `search`. */
  filter?: Properties<T>;
  search?: Properties<T>;
  /** What a listing without `search` and `filter` leaves out. */
  hidden?: (item: T) => boolean;
  /** The page size where the request names none, and the largest one. Left out, the list comes whole. */
  pageSize?: { usual: number; most: number };
  order?: (one: T, other: T) => number;
}

/** The routes of a collection, and the look-up of an item by the path's parameters. */
export function collection<T extends { id: string }, Schema extends z.ZodType>(
  org: Org,
  store: Database<T, string>,
  spec: Collection<NoInfer<T>, Schema>,
): { routes: Route[]; find: (params: Params) => T } {
  const { path, id, list, body, create, replace, remove, lifecycle, render } = spec;
  const item = `${path}/:${id}`;
  const read = { access: `${spec.scope}.read` } as const;
  const manage = { access: `${spec.scope}.manage` } as const;
  const { belongs, find, othersOf, save, setStatus } = itemsOf(store, spec);

  const routes: (Route | undefined)[] = [
    list && {
      ...read,
      method: "GET",
      path,
      handle: (request) => listed(org, request, select(store, belongs(request.params)), list, render),
    },
    create && {
      ...manage,
      method: "POST",
      path,
      handle: (request) => {
        belongs(request.params);
        const made = render(save(request.params, create(parse(body, request.body), request)), request);
        return spec.createdStatus === 200 ? ok(made) : created(made);
      },
    },
    { ...read, method: "GET", path: item, handle: (request) => ok(render(find(request.params), request)) },
    replace && {
      ...manage,
      method: "PUT",
      path: item,
      handle: (request) => {
        const old = find(request.params);
        return ok(render(save(request.params, replace(old, parse(body, request.body), request)), request));
      },
    },
    remove && {
      ...manage,
      method: "DELETE",
      path: item,
      handle: ({ params }) => {
        const old = find(params);
        remove(old, othersOf(params, old));
        return noContent();
      },
    },
    ...lifecycleRoutes(item, manage.access, lifecycle, setStatus),
  ];
  return { routes: routes.filter((route) => route !== undefined), find };
}

/** The routes of the operations that change an item's status, where it has them. */
function lifecycleRoutes(
  path: string,
  access: Route["access"],
  status: 200 | 204 | undefined,
  setStatus: (params: Params, status: Status) => void,
): Route[] {
  if (!status) return [];
  return LIFECYCLE.map(([operation, itemStatus]) => ({
    method: "POST",
    path: `${path}/lifecycle/${operation}`,
    access,
    handle: ({ params }) => {
      setStatus(params, itemStatus);
      return status === 200 ? ok({}) : noContent();
    },
  }));
}

const LIFECYCLE = [
  ["activate", "ACTIVE"],
  ["deactivate", "INACTIVE"],
] as const;

/** How the items of a collection are found and stored. */
function itemsOf<T extends { id: string }>(store: Database<T, string>, spec: Collection<T, z.ZodType>) {
  const { unique, get = (id) => (id.length > MAX_KEY ? undefined : store.get(id)) } = spec;
  const belongs = (params: Params) => spec.belongs?.(params) ?? (() => true);
  const othersOf = (params: Params, except: T) =>
    select(store, belongs(params)).filter((other) => other.id !== except.id);

  const find = (params: Params): T => {
    const isOurs = belongs(params);
    const key = params[spec.id]!;
    const found = get(key);
    if (!found || !isOurs(found)) throw notFound(key, spec.type);
    return found;
  };

  return {
    belongs,
    othersOf,
    find,
    setStatus(this: void, params: Params, status: Status): void {
      const old = find(params);
      void store.put(old.id, { ...old, status, lastUpdated: now() });
    },
    save(this: void, params: Params, changed: T): T {
      const others = othersOf(params, changed);
      if (unique && others.some((other) => unique.of(other) === unique.of(changed))) throw alreadyExists(unique.field);
      if (spec.save) return spec.save(changed, others);
      void store.put(changed.id, changed);
      return changed;
    },
  };
}

/** The store takes keys of limited length, and an ID comes from outside. */
const MAX_KEY = 200;

function listed<T extends { id: string }>(
  org: Org,
  request: ApiRequest,
  items: T[],
  list: Listing<T>,
  render: (item: T, request: ApiRequest) => unknown,
): Reply {
  const { query } = request;
  const text = query.get("q")?.toLowerCase() ?? "";
  const filtered = list.filter && query.get("filter");
  const searched = list.search && query.get("search");
  const matchesFilter = filtered ? filter(filtered, list.filter!) : () => true;
  const matchesSearch = searched ? filter(searched, list.search!) : () => true;
  const shown = items
    .filter(list.where?.(query) ?? (() => true))
    .filter((each) => !list.q || text === "" || list.q(each, text))
    .filter((each) => matchesFilter(each) && matchesSearch(each))
    .filter((each) => filtered || searched || !list.hidden?.(each))
    .sort(list.order ?? (() => 0));
  const renderItem = (each: T) => render(each, request);
  return list.pageSize ? page(org, request, shown, list.pageSize, renderItem) : ok(shown.map(renderItem));
}

/** The links of an item to itself and to the lifecycle operation that it can go through. */
export function lifecycleLinks(self: string, { status }: { status: "ACTIVE" | "INACTIVE" }) {
  const operation = status === "ACTIVE" ? "deactivate" : "activate";
  return { self: { href: self }, [operation]: { href: `${self}/lifecycle/${operation}` } };
}
