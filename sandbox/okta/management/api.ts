import Router, { type RouterContext } from "@koa/router";
import type { Context } from "koa";
import { readJson } from "../body";
import { malformed, permissionMissing, sessionMissing, tokenInvalid } from "../errors";
import { accessPolicyRoutes } from "./accessPolicies";
import { appAssignmentRoutes } from "./appAssignments";
import { appIdTokenRoutes } from "./appIdToken";
import { appRoutes } from "./apps";
import { appSecretRoutes } from "./appSecrets";
import { appUserRoutes } from "./appUsers";
import { authorizationServerRoutes } from "./authorizationServers";
import { claimRoutes } from "./claims";
import { clientRoleRoutes, rolesPermit } from "./clientRoles";
import { domainRoutes } from "./domains";
import { grantRoutes } from "./grants";
import { groupRoutes } from "./groups";
import { membershipRoutes } from "./memberships";
import { orgRoutes } from "./org";
import type { Org, Route } from "./route";
import { scopeRoutes } from "./scopes";
import { signOnPolicies, signOnRuleRoutes } from "./signOnPolicies";
import { userRoutes } from "./users";

/** Who an access token of the org authorization server was issued to, and for what. */
export type VerifyApiToken = (bearer: string) => Promise<{ clientId: string; scopes: string[] } | undefined>;

/** Okta's management API for `org`. */
export function managementApi(org: Org, verifyApiToken: VerifyApiToken): Router {
  const router = new Router();
  const routes = [
    orgRoutes,
    domainRoutes,
    (of: Org) => signOnPolicies(of).routes,
    signOnRuleRoutes,
    userRoutes,
    groupRoutes,
    membershipRoutes,
    appRoutes,
    appAssignmentRoutes,
    appUserRoutes,
    grantRoutes,
    appIdTokenRoutes,
    appSecretRoutes,
    clientRoleRoutes,
    authorizationServerRoutes,
    scopeRoutes,
    claimRoutes,
    accessPolicyRoutes,
  ].flatMap((routesOf) => routesOf(org));

  for (const { method, path, access, handle, status } of routes)
    router.register(path, [method], async (ctx: RouterContext) => {
      const right = method === "GET" ? "read" : "manage";
      const userId = await authorize(access, right, ctx.get("authorization"));
      const body = await readBody(ctx);
      const { params, url: target, URL: url } = ctx;
      const setLinks = (links: string[]) => ctx.set("Link", links);
      const request = { params, query: url.searchParams, target, origin: url.origin, body, userId, setLinks };
      ctx.body = method === "GET" ? handle(request) : org.store.transaction(() => handle(request));
      ctx.set("Cache-Control", "no-cache, no-store");
      if (status) ctx.status = status;
    });

  return router;

  /**
   * @returns the user behind an API token
   * @throws OktaError when the credentials are missing, wrong, or not enough for that right
   */
  async function authorize(access: Route["access"], right: string, authorization: string): Promise<string | undefined> {
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
    const enough = [`${access}.${right}`, `${access}.manage`];
    if (!grant.scopes.some((scope) => enough.includes(scope))) throw permissionMissing();
    if (!rolesPermit(org, grant.clientId, `${access}.${right}`)) throw permissionMissing();
    return undefined;
  }
}

/** The JSON body, in which a property that is null is left out: to Okta both mean the same. */
async function readBody(ctx: Context): Promise<unknown> {
  try {
    return await readJson(ctx, (_, value) => value ?? undefined);
  } catch {
    throw malformed();
  }
}
