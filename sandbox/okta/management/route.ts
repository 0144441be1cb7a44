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
  /** Sets the Link headers of the answer. */
  setLinks: (links: string[]) => void;
}

/** One operation of the management API. `handle` is synchronous: a write is one transaction of the store. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Such as `/api/v1/apps/:appId`. */
  path: string;
  /**
   * What a client must have the right to read for a GET, and to manage for anything else, such as `okta.apps`; `apiToken`:
   * an SSWS token is the only way; `public`: no credentials.
   */
  access: `okta.${string}` | "apiToken" | "public";
  /** Gives the body of the answer; undefined for none. */
  handle: (request: ApiRequest) => unknown;
  /** @default 200, without a body 204 */
  status?: number;
}

const operation =
  (method: Route["method"]) =>
  (path: string, access: Route["access"], handle: Route["handle"], status?: number): Route => {
    return { method, path, access, handle, status };
  };

export const get = operation("GET");
export const post = operation("POST");
export const put = operation("PUT");
export const del = operation("DELETE");

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
): unknown[] {
  const limit = Math.min(pageSize(request.query.get("limit"), limits.usual), limits.most);
  const after = request.query.get("after");
  const rest = after === null ? items : items.slice(items.findIndex(({ id }) => id === after) + 1);
  const shown = rest.slice(0, limit);
  const links = [`<${org.url}${request.target}>; rel="self"`];
  const last = shown.at(-1);
  if (last && rest.length > shown.length) {
    const next = new URL(request.target, org.url);
    next.searchParams.set("after", last.id);
    next.searchParams.set("limit", String(limit));
    links.push(`<${next.href}>; rel="next"`);
  }
  request.setLinks(links);
  return shown.map(render);
}

function pageSize(limit: string | null, usual: number): number {
  // The API description gives -1 as the default for apps.
  if (limit === null || limit === "-1") return usual;
  if (!/^[1-9]\d*$/.test(limit)) throw invalid({ field: "limit", message: "The value must be a positive integer" });
  return Number(limit);
}
