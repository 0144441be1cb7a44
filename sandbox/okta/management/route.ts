import { invalid } from "../errors";
import type { OrgAddresses } from "../addresses";
import type { Store } from "../store";
import type { Variants } from "../variants";

/** What the routes work on. */
export interface Org {
  store: Store;
  /** Where this server listens, without a trailing slash: the start of every link. */
  url: string;
  addresses: OrgAddresses;
  variants: () => Variants;
}

/** The `:name` segments of a route's path. */
export type Params = Record<string, string>;

export interface ApiRequest {
  params: Params;
  query: URLSearchParams;
  /** Path and query as they came. */
  target: string;
  /** By which of its addresses the org was asked. */
  origin: string;
  /** The JSON body, in which a property that was null is left out: to Okta both mean the same. */
  body: unknown;
  /** The user whose API token came with the request; a service app's access token is no user's. */
  userId?: string;
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string | string[]>;
}

/** One operation of the management API. `handle` is synchronous: a write is one transaction of the store. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Such as `/api/v1/apps/:appId`. */
  path: string;
  /** The OAuth scope that the operation needs; `apiToken`: an SSWS token is the only way; `public`: no credentials. */
  access: `okta.${string}.${"read" | "manage"}` | "apiToken" | "public";
  handle: (request: ApiRequest) => Reply;
}

type Access = Route["access"];
type Handle = Route["handle"];

/** An operation by its HTTP method. */
export const get = (path: string, access: Access, handle: Handle): Route => ({ method: "GET", path, access, handle });
export const post = (path: string, access: Access, handle: Handle): Route => ({ method: "POST", path, access, handle });
export const put = (path: string, access: Access, handle: Handle): Route => ({ method: "PUT", path, access, handle });
export const del = (path: string, access: Access, handle: Handle): Route => ({
  method: "DELETE",
  path,
  access,
  handle,
});

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function created(body: unknown): Reply {
  return { status: 201, body };
}

export function noContent(): Reply {
  return { status: 204 };
}

/**
 * One page of a listing, with Okta's Link headers: `self`, and `next` where there is more.
 * `after` is the ID of the last item of the page before.
 *
 * @param limits the page size where the request names none, and the largest one
 * @see https://developer.okta.com/docs/api/#pagination
 */
export function page<T extends { id: string }>(
  org: Org,
  request: ApiRequest,
  items: T[],
  limits: { usual: number; most: number },
  render: (item: T) => unknown,
): Reply {
  const limit = Math.min(pageSize(request.query.get("limit"), limits.usual), limits.most);
  const after = request.query.get("after");
  const rest = after === null ? items : items.slice(items.findIndex(({ id }) => id === after) + 1);
  const shown = rest.slice(0, limit);
  const link = [`<${org.url}${request.target}>; rel="self"`];
  const last = shown.at(-1);
  if (last && rest.length > shown.length) {
    const next = new URL(request.target, org.url);
    next.searchParams.set("after", last.id);
    next.searchParams.set("limit", String(limit));
    link.push(`<${next.href}>; rel="next"`);
  }
  return { status: 200, body: shown.map(render), headers: { Link: link } };
}

function pageSize(limit: string | null, usual: number): number {
  // The API description gives -1 as the default for apps.
  if (limit === null || limit === "-1") return usual;
  if (!/^[1-9]\d*$/.test(limit)) throw invalid({ field: "limit", message: "The value must be a positive integer" });
  return Number(limit);
}
