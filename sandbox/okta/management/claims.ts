import { z } from "zod";
import { alreadyExists, invalid, notFound, parse } from "../errors";
import { isRegex } from "../regex";
import { type Claim, newId, select } from "../store";
import { findServer } from "./authorizationServers";
import { created, noContent, ok, type Org, type Route } from "./route";

/** The claims of RFC 7519 and OpenID Connect Core that only the server itself may fill. */
const RESERVED = ["iss", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "at_hash", "c_hash", "amr", "idp"];

const body = z
  .object({
    name: z
      .string()
      .min(1, "The field cannot be left blank")
      .refine((name) => !RESERVED.includes(name), "The name is reserved"),
    status: z.enum(["ACTIVE", "INACTIVE"]).default("ACTIVE"),
    claimType: z.enum(["IDENTITY", "RESOURCE"]),
    valueType: z.enum(["EXPRESSION", "GROUPS", "SYSTEM"]).default("EXPRESSION"),
    value: z.string().min(1, "The field cannot be left blank"),
    group_filter_type: z.enum(["STARTS_WITH", "EQUALS", "CONTAINS", "REGEX"]).optional(),
    alwaysIncludeInToken: z.boolean().default(true),
    conditions: z.object({ scopes: z.array(z.string()).default([]) }).prefault({}),
  })
  .superRefine((claim, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    if (claim.valueType === "GROUPS" && !claim.group_filter_type)
      refuse("group_filter_type", "The field cannot be left blank when valueType is GROUPS");
    if (claim.valueType !== "GROUPS" && claim.group_filter_type)
      refuse("group_filter_type", "The field is for the valueType GROUPS alone");
    if (claim.group_filter_type === "REGEX" && !isRegex(claim.value))
      refuse("value", `Invalid regular expression: ${claim.value}`);
    if (claim.claimType === "RESOURCE" && !claim.alwaysIncludeInToken)
      refuse("alwaysIncludeInToken", "A claim of the access token is always included");
  });

/**
 * The claims of the authorization servers.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/AuthorizationServerClaims/
 */
export function claimRoutes(org: Org): Route[] {
  const { store } = org;
  const collection = "/api/v1/authorizationServers/:serverId/claims";

  return [
    {
      method: "GET",
      path: collection,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => {
        const { id } = findServer(org, params.serverId!);
        return ok(select(store.claims, ({ serverId }) => serverId === id).map((claim) => renderClaim(org, claim)));
      },
    },
    {
      method: "POST",
      path: collection,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const { id: serverId } = findServer(org, params.serverId!);
        const claim: Claim = { ...read(serverId, json), id: newId("ocl"), serverId, system: false };
        void store.claims.put(claim.id, claim);
        return created(renderClaim(org, claim));
      },
    },
    {
      method: "GET",
      path: `${collection}/:claimId`,
      access: "okta.authorizationServers.read",
      handle: ({ params }) => ok(renderClaim(org, findClaim(params))),
    },
    {
      method: "PUT",
      path: `${collection}/:claimId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params, body: json }) => {
        const { id, serverId, system } = findClaim(params);
        const claim: Claim = { ...read(serverId, json, id), id, serverId, system };
        void store.claims.put(id, claim);
        return ok(renderClaim(org, claim));
      },
    },
    {
      method: "DELETE",
      path: `${collection}/:claimId`,
      access: "okta.authorizationServers.manage",
      handle: ({ params }) => {
        const claim = findClaim(params);
        if (claim.system) throw invalid({ field: "name", message: `The system claim ${claim.name} cannot be deleted` });
        void store.claims.remove(claim.id);
        return noContent();
      },
    },
  ];

  /** The settable part of a claim, checked against what else is on its server. */
  function read(serverId: string, json: unknown, except?: string) {
    const wanted = parse(body, json);
    const taken = select(
      store.claims,
      (claim) => claim.serverId === serverId && claim.name === wanted.name && claim.claimType === wanted.claimType,
    );
    if (taken.some(({ id }) => id !== except)) throw alreadyExists("name");
    const scopes = select(store.scopes, (scope) => scope.serverId === serverId).map(({ name }) => name);
    const unknown = wanted.conditions.scopes.find((name) => !scopes.includes(name));
    if (unknown) throw invalid({ field: "conditions.scopes", message: `The server has no scope named ${unknown}` });
    return wanted;
  }

  function findClaim({ serverId, claimId }: Record<string, string>): Claim {
    const { id } = findServer(org, serverId!);
    const found = store.claims.get(claimId!);
    if (found?.serverId !== id) throw notFound(claimId!, "OAuth2Claim");
    return found;
  }
}

function renderClaim({ url }: Org, { serverId, ...claim }: Claim) {
  return { ...claim, _links: { self: { href: `${url}/api/v1/authorizationServers/${serverId}/claims/${claim.id}` } } };
}
