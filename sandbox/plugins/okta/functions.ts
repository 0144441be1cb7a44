import { createHash } from "node:crypto";
import type { Context, Props } from "../contract";
import { checkInputs, type Schema } from "../schema";
import { serverFields } from "./authorizationServer";
import type { Connection } from "./connection";
import { bridged, step } from "./errors";
import { allPropsOf, propsOf, type Json } from "./fields";
import { Okta } from "./okta";
import { scope } from "./serverParts";

interface FunctionDefinition {
  args: Schema;
  call(okta: Okta, args: Props): Promise<Props>;
}

type OktaFunction = (args: Props, context: Context) => Promise<Props>;

/** A function for the engine; arguments that it does not know, or that are of the wrong kind, are refused. */
export function oktaFunction(
  token: string,
  definition: FunctionDefinition,
  connection: () => Connection,
): OktaFunction {
  return async (args, context) => {
    const { failures } = checkInputs(definition.args, args, undefined, "");
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
    return definition.call(new Okta(connection(), context), args).catch((error: unknown) => {
      throw bridged(error, "invoking", token);
    });
  };
}

/** okta.getGroups: the groups whose name starts with `q`, or that a search finds. */
export const getGroups: FunctionDefinition = {
  args: { q: { type: "string" }, search: { type: "string" }, type: { type: "string" }, limit: { type: "number" } },
  async call(okta, { q, search, type, limit }) {
    if (search && (q || type)) throw new Error("search cannot be given together with q or type");
    const query = new URLSearchParams();
    if (q) query.set("q", q as string);
    if (search) query.set("search", search as string);
    if (type) query.set("filter", `type eq "${type as string}"`);
    if (limit) query.set("limit", (limit as number).toString());
    const listing = okta.saying("status").list(`/api/v1/groups?${query.toString()}`);
    const groups = await step("failed to list groups", listing);
    const id = createHash("sha256").update(query.toString()).digest("hex").slice(0, 8);
    return { q, search, type, limit, id, groups: groups.map(groupProps) };
  },
};

function groupProps(group: Json): Props {
  const { name, description, ...custom } = group.profile as Json;
  const source = (group.source as Json | undefined)?.id;
  return {
    id: group.id,
    name,
    description: description ?? "",
    type: group.type,
    source: source ?? "",
    customProfileAttributes: JSON.stringify(custom),
  };
}

/** okta.group.getGroup: a group, by its ID or else by its name. */
export const getGroup: FunctionDefinition = {
  args: {
    id: { type: "string" },
    name: { type: "string" },
    type: { type: "string" },
    includeUsers: { type: "boolean", default: false },
  },
  async call(okta, { id, name, type, includeUsers }) {
    if (id && (name || type)) throw new Error("id cannot be given together with name or type");
    const group = id
      ? await step("failed get group by ID", okta.get(`/api/v1/groups/${id as string}`))
      : await findGroup(okta, name, type);
    const { description } = group.profile as Json;
    const members = includeUsers ? okta.list(`/api/v1/groups/${group.id as string}/users`) : Promise.resolve([]);
    const users = await step("failed to list group user IDs", members);
    return {
      id: group.id,
      name: (group.profile as Json).name,
      type: group.type,
      description: description ?? "",
      includeUsers: includeUsers ?? false,
      users: users.map((user) => user.id),
    };
  },
};

/** Okta's `q` finds every group whose name begins with it: the only one is taken as it is. */
async function findGroup(okta: Okta, name: unknown, type: unknown): Promise<Json> {
  const query = new URLSearchParams({ q: (name ?? "") as string });
  if (type) query.set("filter", `type eq "${type as string}"`);
  const groups = await step("failed to query for groups", okta.list(`/api/v1/groups?${query.toString()}`));
  const exact = groups.find((each) => (each.profile as Json).name === name);
  const [first, second] = groups;
  if (!first) throw new Error(`group with name "${name as string}" does not exist`);
  if (!second || exact) return exact ?? first;
  throw new Error(
    `group starting with name "${name as string}" matches ${groups.length} groups, select a more precise name parameter`,
  );
}

/** okta.getDomain: a custom domain of the org, by its ID or its name. */
export const getDomain: FunctionDefinition = {
  args: { domainIdOrName: { type: "string", required: true } },
  async call(okta, args) {
    const wanted = args.domainIdOrName as string;
    const client = okta.saying("status");
    const listing = await step("failed to get domains", client.get("/api/v1/domains"));
    const { domains } = listing as { domains: Record<string, string>[] };
    const domain = domains.find((each) => each.id === wanted || each.domain?.toLowerCase() === wanted.toLowerCase());
    if (!domain) throw new Error(`failed to find domain by id or name: "${wanted}"`);
    // As in the genuine provider: asked by what the Pulumi program gave, be it the ID or the name.
    const lookUp = client.get(`/api/v1/domains/${encodeURIComponent(wanted)}`);
    const details = await step("failed to get domain to retrieve DNS records", lookUp);
    return {
      domainIdOrName: wanted,
      id: domain.id,
      domain: domain.domain,
      certificateSourceType: domain.certificateSourceType,
      validationStatus: domain.validationStatus,
      dnsRecords: ((details.dnsRecords ?? []) as Json[]).map(({ expiration, fqdn, recordType, values }) => ({
        expiration: expiration ?? "",
        fqdn,
        recordType,
        values,
      })),
      // The genuine provider writes it under a name that its schema does not have.
      publicCertificate: {},
    };
  },
};

/** okta.policy.getPolicy: a policy, by its type and its name. */
export const getPolicy: FunctionDefinition = {
  args: { name: { type: "string", required: true }, type: { type: "string", required: true } },
  async call(okta, args) {
    const [name, type] = [args.name as string, args.type as string];
    const listing = okta.list(`/api/v1/policies?${new URLSearchParams({ type }).toString()}`);
    const policies = await step("failed to list policies", listing);
    const policy = policies.find((each) => each.name === name);
    if (!policy) throw new Error(`no policies retrieved for policy type '${type}' and name '${name}'`);
    return { id: policy.id, name, type, status: policy.status };
  },
};

/** okta.auth.getServer: an authorization server, by its name. */
export const getServer: FunctionDefinition = {
  args: { name: { type: "string", required: true } },
  async call(okta, args) {
    const name = args.name as string;
    const listing = okta.list(`/api/v1/authorizationServers?limit=200&q=${encodeURIComponent(name)}`);
    const servers = await step(`failed to find auth server '${name}'`, listing);
    const server = servers.find((each) => each.name === name);
    if (!server) throw new Error(`authorization server with name '${name}' does not exist`);
    return { ...propsOf(serverFields, server), id: server.id };
  },
};

/** okta.auth.getServerScopes: the scopes of an authorization server. */
export const getServerScopes: FunctionDefinition = {
  args: { authServerId: { type: "string", required: true } },
  async call(okta, args) {
    const authServerId = args.authServerId as string;
    const listing = okta.saying("status").list(`/api/v1/authorizationServers/${authServerId}/scopes`);
    const scopes = await step("failed to list auth server scopes", listing);
    const names = scopes.map((each) => each.name).join();
    return {
      authServerId,
      id: `${authServerId}.${createHash("sha256").update(names).digest("hex").slice(0, 8)}`,
      scopes: scopes.map((each) => ({ id: each.id, ...allPropsOf(scope.fields, each) })),
    };
  },
};
