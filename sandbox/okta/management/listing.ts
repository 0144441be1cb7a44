import { filter, type Properties } from "./filter";
import { type ApiRequest, type Org, page } from "./route";

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

/** The items that a request asks for. */
export function listed<T extends { id: string }>(
  org: Org,
  request: ApiRequest,
  items: T[],
  list: Listing<T>,
  render: (item: T) => unknown,
): unknown[] {
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
  return list.pageSize ? page(org, request, shown, list.pageSize, render) : shown.map(render);
}
