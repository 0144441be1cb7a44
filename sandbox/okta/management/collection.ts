import type { Database } from "lmdb";
import type { z } from "zod";
import { alreadyExists, notFound, parse } from "../errors";
import { change, newId, now, save, select } from "../store";
import { type Listing, listed } from "./listing";
import { byPriority, putAtPriority, renumber } from "./priorities";
import { type ApiRequest, del, get, type Org, type Params, post, put, type Route } from "./route";

/** The fields of an item that name its parent. They are in the path, and the API does not show them. */
const PARENT_KEYS = ["serverId", "policyId", "appId", "clientId"] as const;
type ParentKey = (typeof PARENT_KEYS)[number];

/** What the items of any collection may have. */
export interface Item {
  id: string;
  status?: string;
  priority?: number;
  lastUpdated?: string;
}

/** What a collection of the management API is made of. An operation that is left out does not exist. */
export interface Collection<T extends Item, Schema extends z.ZodObject> {
  /** Such as `/api/v1/authorizationServers/:serverId/scopes`. */
  path: string;
  /** The name of an item's ID among the path's parameters, such as `scopeId`. */
  id: string;
  /** What IDs begin with, such as `scp`. */
  idPrefix: string;
  /** What a client must have the right to read or manage, such as `okta.authorizationServers`. */
  access: `okta.${string}`;
  /** Okta's name for an item, such as `OAuth2Scope`, in the error for an unknown ID. */
  type: string;
  /** Finds an item where it is not by its ID alone. */
  get?: (key: string) => T | undefined;
  /** The fields by which an item belongs to the parent in the path. Throws when that is not there. */
  within?: (params: Params) => { [Key in ParentKey & keyof T]: T[Key] };
  list?: Listing<T>;
  /** What of an item no other one of the collection may have, and under which field that is reported. */
  unique?: { field: string; of: (item: T) => string };
  /** Whether an item is one of those whose priorities number them from 1. */
  numbered?: (item: T) => boolean;
  /** The body of POST and PUT. */
  body: Schema;
  /** What a body asks for that the org cannot have; `old` is there where it replaces an item. Throws. */
  check?: (wanted: z.output<Schema>, params: Params, old?: T) => void;
  create?: (wanted: z.output<Schema>, request: ApiRequest, id: string) => Omit<T, "id" | ParentKey>;
  /** 201, unless Okta answers otherwise. */
  createdStatus?: 200;
  /** What becomes of an item by a PUT; `true`: what the body can set is as the body has it, and the rest stays. */
  replace?: true | ((item: T, wanted: z.output<Schema>) => T);
  /** Whether an item may go; a function throws where it may not, and removes what is the item's own. */
  remove?: true | ((item: T) => void);
  /** The status of the answers of `lifecycle/activate` and `lifecycle/deactivate`, 200 with an empty object. */
  lifecycle?: 200 | 204;
  /** The links of an item beside those to itself and its lifecycle. */
  links?: (self: string) => Record<string, { href: string }>;
  /** What the API shows of an item at the address `self`. @default all but its parent, with links */
  render?: (item: T, self: string, request: ApiRequest) => unknown;
}

/** The routes of a collection, and the look-up of an item by the path's parameters. */
export function collection<T extends Item, Schema extends z.ZodObject>(
  org: Org,
  table: Database<T, string>,
  spec: Collection<NoInfer<T>, Schema>,
): { routes: Route[]; find: (params: Params) => T } {
  const { path, access, list, body, check, create, remove } = spec;
  const item = `${path}/:${spec.id}`;
  const { isWithin, find, store, discard } = itemsOf(table, spec);
  const replace = spec.replace === true ? replacer(body) : spec.replace;
  const render = rendererOf(org, spec);

  const routes = [
    list &&
      get(path, access, (request) => {
        const items = select(table, isWithin(request.params));
        if (spec.numbered) items.sort(byPriority);
        return listed(org, request, items, list, (each) => render(each, request));
      }),
    create &&
      post(
        path,
        access,
        (request) => {
          const parent = spec.within?.(request.params);
          const wanted = parse(body, request.body);
          check?.(wanted, request.params);
          const id = newId(spec.idPrefix);
          const made = { ...create(wanted, request, id), ...parent, id } as unknown as T;
          return render(store(request.params, made), request);
        },
        spec.createdStatus ?? 201,
      ),
    get(item, access, (request) => render(find(request.params), request)),
    replace &&
      put(item, access, (request) => {
        const old = find(request.params);
        const wanted = parse(body, request.body);
        check?.(wanted, request.params, old);
        return render(store(request.params, replace(old, wanted)), request);
      }),
    remove &&
      del(item, access, ({ params }) => {
        const old = find(params);
        if (remove !== true) remove(old);
        discard(params, old);
      }),
    ...(spec.lifecycle ? LIFECYCLE : []).map(([operation, status]) =>
      post(`${item}/lifecycle/${operation}`, access, ({ params }) => {
        change(table, find(params), { status } as Partial<T>);
        return spec.lifecycle === 200 ? {} : undefined;
      }),
    ),
  ];
  return { routes: routes.filter((route) => route !== undefined), find };
}

/** The operations that change an item's status, and to what. */
export const LIFECYCLE = [
  ["activate", "ACTIVE"],
  ["deactivate", "INACTIVE"],
] as const;

/** How the items of a collection are found and stored. */
function itemsOf<T extends Item>(table: Database<T, string>, spec: Collection<T, z.ZodObject>) {
  const { unique, numbered, get: getByKey = (id) => (id.length > MAX_KEY ? undefined : table.get(id)) } = spec;
  const isWithin = (params: Params) => {
    const parent = Object.entries(spec.within?.(params) ?? {});
    return (item: T) => parent.every(([key, value]) => item[key as keyof T] === value);
  };
  const othersOf = (params: Params, { id }: T) => select(table, isWithin(params)).filter((other) => other.id !== id);

  return {
    isWithin,
    find(this: void, params: Params): T {
      const isOurs = isWithin(params);
      const key = params[spec.id]!;
      const found = getByKey(key);
      if (!found || !isOurs(found)) throw notFound(key, spec.type);
      return found;
    },
    /** Stores an item that is new or changed. @returns it as it was stored */
    store(this: void, params: Params, changed: T): T {
      const others = othersOf(params, changed);
      if (unique && others.some((other) => unique.of(other) === unique.of(changed))) throw alreadyExists(unique.field);
      return numbered?.(changed) ? putAtPriority(table, changed, others.filter(numbered)) : save(table, changed);
    },
    discard(this: void, params: Params, old: T): void {
      void table.remove(old.id);
      if (numbered) renumber(table, othersOf(params, old).filter(numbered).sort(byPriority));
    },
  };
}

/** The store takes keys of limited length, and an ID comes from outside. */
const MAX_KEY = 200;

/** An item with what a body sets in place of what an earlier one did; its priority stays where the body names none. */
function replacer(body: z.ZodObject) {
  return <T extends Item>(old: T, wanted: object): T => {
    const kept = without(old, Object.keys(body.shape));
    const { priority, lastUpdated } = old;
    return { ...kept, ...(priority && { priority }), ...wanted, ...(lastUpdated && { lastUpdated: now() }) } as T;
  };
}

function rendererOf<T extends Item>({ url }: Org, { path, lifecycle, links, ...spec }: Collection<T, z.ZodObject>) {
  const render = (item: T, self: string): unknown => ({
    ...without(item, PARENT_KEYS),
    _links: { ...(lifecycle ? lifecycleLinks(self, item) : { self: { href: self } }), ...links?.(self) },
  });
  return (item: T, request: ApiRequest): unknown => {
    const names: Record<string, unknown> = { ...request.params, ...item };
    const self = `${url}${path.replace(/:(\w+)/g, (_, name: string) => String(names[name]))}/${item.id}`;
    return (spec.render ?? render)(item, self, request);
  };
}

/** An object less some of its keys. */
export function without(object: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The links of an item to itself and to the lifecycle operation that it can go through. */
export function lifecycleLinks(self: string, { status }: { status?: string }) {
  const operation = status === "ACTIVE" ? "deactivate" : "activate";
  return { self: { href: self }, [operation]: { href: `${self}/lifecycle/${operation}` } };
}
