import { z } from "zod";
import { invalid } from "../errors";
import { isRegex } from "../regex";
import { newId, select } from "../store";
import { findServer, onServer } from "./authorizationServers";
import { collection } from "./collection";
import type { Org, Route } from "./route";

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
  const { store, url } = org;

  return collection(org, store.claims, {
    path: "/api/v1/authorizationServers/:serverId/claims",
    id: "claimId",
    scope: "okta.authorizationServers",
    type: "OAuth2Claim",
    belongs: onServer(org),
    list: {},
    unique: { field: "name", of: ({ name, claimType }) => `${claimType} ${name}` },
    body,
    create: (wanted, { params }) => {
      const serverId = findServer(org, params.serverId!).id;
      refuseUnknownScopes(serverId, wanted);
      return { ...wanted, id: newId("ocl"), serverId, system: false };
    },
    replace: ({ id, serverId, system }, wanted) => {
      refuseUnknownScopes(serverId, wanted);
      return { ...wanted, id, serverId, system };
    },
    remove: ({ id, name, system }) => {
      if (system) throw invalid({ field: "name", message: `The system claim ${name} cannot be deleted` });
      void store.claims.remove(id);
    },
    render: ({ serverId, ...claim }) => ({
      ...claim,
      _links: { self: { href: `${url}/api/v1/authorizationServers/${serverId}/claims/${claim.id}` } },
    }),
  }).routes;

  function refuseUnknownScopes(serverId: string, { conditions }: z.output<typeof body>): void {
    const scopes = select(store.scopes, (scope) => scope.serverId === serverId).map(({ name }) => name);
    const unknown = conditions.scopes.find((name) => !scopes.includes(name));
    if (unknown) throw invalid({ field: "conditions.scopes", message: `The server has no scope named ${unknown}` });
  }
}
