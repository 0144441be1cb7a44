import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeUser {
  id: string;
  status: string;
  profile: Record<string, string>;
}

export interface FakeGroup {
  name: string;
  members: FakeUser[];
  /** What its profile has beyond the usual. */
  attributes?: Record<string, string>;
}

/** What happens to a call: its answer is cut, a connection is; or it is no list, or of that status. */
export type Accident = "drop" | "cut" | "hang" | "noList" | number;

/** A small Okta of a test's own: groups, their members, users, pages by Link headers, and accidents. */
export class FakeOkta {
  readonly groups = new Map<string, FakeGroup>();
  users: FakeUser[] = [];
  pageSize = 2;
  /** What happens to a call in place of its answer. */
  accident: (path: string) => Accident | undefined = () => undefined;
  /** In how many seconds a rate limit is over. */
  resetSeconds = 0;
  /** Whether an empty page comes before each, as Okta's listings may have them. */
  emptyPages = false;
  calls: string[] = [];
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
      response.on("close", () => this.atOnce--);
      const url = new URL(request.url ?? "", this.url);
      this.calls.push(decodeURIComponent(`${url.pathname}${url.search}`).replaceAll("+", " "));
      const accident = this.accident(url.pathname);
      if (accident === "hang") return;
      if (accident === "drop") return void request.socket.destroy();
      const json = { "content-type": "application/json" };
      if (typeof accident === "number") {
        const reset = String(Math.floor(Date.now() / 1000) + this.resetSeconds);
        response.writeHead(accident, { ...json, "x-rate-limit-reset": reset, date: new Date().toUTCString() });
        return void response.end(JSON.stringify({ errorCode: "E0", errorSummary: "refused" }));
      }
      if (accident === "noList") return void response.writeHead(200, json).end("{}");
      const all = this.answer(url.pathname);
      const from = Number(url.searchParams.get("after") ?? 0);
      const size = this.emptyPages && !url.searchParams.has("full") ? 0 : this.pageSize;
      const page = JSON.stringify(all.slice(from, from + size));
      if (accident === "cut") {
        response.writeHead(200, { ...json, "content-length": page.length });
        return void response.write(page.slice(0, page.length / 2), () => request.socket.destroy());
      }
      url.searchParams.set("after", String(from + size));
      if (size === 0) url.searchParams.set("full", "next");
      else url.searchParams.delete("full");
      const more = from + size < all.length;
      // A moment, so that calls that can be under way at once are.
      setTimeout(
        () => response.writeHead(200, { ...json, ...(more && { link: `<${url.href}>; rel="next"` }) }).end(page),
        5,
      );
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await once(this.server.listen(0, "127.0.0.1"), "listening");
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(path: string): unknown[] {
    const [, group] = /^\/api\/v1\/groups\/(\w+)\/users$/.exec(path) ?? [];
    if (group !== undefined) return this.groups.get(group)?.members ?? [];
    if (path === "/api/v1/users") return this.users;
    return [...this.groups].map(([id, { name, attributes }]) => ({
      id,
      profile: { name, description: `All of ${name}`, ...attributes },
    }));
  }
}

export function fakeUser(id: string, login: string, status = "ACTIVE"): FakeUser {
  return {
    id,
    status,
    profile: { login, email: login, firstName: login.slice(0, 1).toUpperCase(), lastName: "Example" },
  };
}
