import type { IncomingMessage, ServerResponse } from "node:http";
import {
  internalError,
  malformed,
  methodNotAllowed,
  OktaError,
  pathNotFound,
  permissionMissing,
  sessionMissing,
  tokenInvalid,
} from "../errors";
import { appAssignmentRoutes } from "./appAssignments";
import { appRoutes } from "./apps";
import { appSettingRoutes } from "./appSettings";
import { authorizationServerRoutes } from "./authorizationServers";
import { claimRoutes } from "./claims";
import { domainRoutes } from "./domains";
import { groupRoutes } from "./groups";
import { membershipRoutes } from "./memberships";
import { orgRoutes } from "./org";
import { policyRoutes } from "./policies";
import type { Org, Reply, Route } from "./route";
import { ruleRoutes } from "./rules";
import { scopeRoutes } from "./scopes";
import { signOnPolicies } from "./signOnPolicies";
import { userRoutes } from "./users";

/** Who an access token of the org authorization server was issued to, and for what. */
export type VerifyApiToken = (bearer: string) => Promise<{ clientId: string; scopes: string[] } | undefined>;

/** Okta's management API for `org`: answers every request whose path is not somebody else's. */
export function managementApi(org: Org, verifyApiToken: VerifyApiToken) {
  const routes = [
    orgRoutes,
    domainRoutes,
    (of: Org) => signOnPolicies(of).routes,
    userRoutes,
    groupRoutes,
    membershipRoutes,
    appRoutes,
    appAssignmentRoutes,
    appSettingRoutes,
    authorizationServerRoutes,
    scopeRoutes,
    claimRoutes,
    policyRoutes,
    ruleRoutes,
  ]
    .flatMap((routesOf) => routesOf(org))
    .map((route) => ({ ...route, pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`) }));

  return {
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        send(response, await answer(request));
      } catch (error) {
        if (!(error instanceof OktaError)) console.error(error);
        const known = error instanceof OktaError ? error : internalError();
        send(response, { status: known.status, body: known });
      }
    },
  };

  async function answer(request: IncomingMessage): Promise<Reply> {
    const target = request.url!;
    const url = new URL(target, org.url);
    const matching = routes.filter(({ pattern }) => pattern.test(url.pathname));
    if (matching.length === 0) throw pathNotFound();
    const route = matching.find(({ method }) => method === request.method);
    if (!route) throw methodNotAllowed();
    const userId = await authorize(route.access, request.headers.authorization);
    const body = await readBody(request);
    const groups = route.pattern.exec(url.pathname)!.groups ?? {};
    const params = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
    const origin = org.addresses.askedBy(request.headers.host);
    const handle = () => route.handle({ params, query: url.searchParams, target, origin, body, userId });
    return route.method === "GET" ? handle() : org.store.transaction(handle);
  }

  /**
   * @returns the user behind an API token
   * @throws OktaError when the credentials are missing, wrong, or not enough for `access`
   */
  async function authorize(access: Route["access"], authorization = ""): Promise<string | undefined> {
    if (access === "public") return undefined;
    const [scheme, token] = authorization.split(" ", 2);
    const { apiToken, adminId } = org.store.org.get("org")!;
    if (scheme === "SSWS") {
      if (token !== apiToken) throw tokenInvalid();
      return adminId;
    }
    if (scheme !== "Bearer" || !token) throw sessionMissing();
    const grant = await verifyApiToken(token);
    if (!grant) throw tokenInvalid();
    // To manage is to read as well.
    const enough: string[] = [access, access.replace(/\.read$/, ".manage")];
    if (!grant.scopes.some((scope) => enough.includes(scope))) throw permissionMissing();
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  // A DELETE or a lifecycle operation comes without a body, or with an empty one.
  const chunks = await request.toArray();
  const text = Buffer.concat(chunks as Buffer[]).toString("utf8");
  if (text === "") return undefined;
  try {
    return JSON.parse(text, (_, value: unknown) => value ?? undefined);
  } catch {
    throw malformed();
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader("Content-Type", "application/json");
  response.setHeader("Cache-Control", "no-cache, no-store");
  response.end(JSON.stringify(body));
}
