import { CommandError } from "../command";
import { type AccessPolicy, readAccessPolicies } from "../okta/accessPolicies";
import type { OktaManagement } from "../okta/management";
import { quoted } from "../plainText";
import { lifetime, type Rule } from "../signIn/model";

/** A custom authorization server that was made by hand, and what of it becomes the stack's. */
export interface FoundServer {
  id: string;
  name: string;
  /** The IDs of its parts, of each as far as there is one. */
  scope?: string;
  claim?: string;
  policy?: string;
  rule?: string;
  /** The names of the access policies and rules that stay nobody's. */
  others: string[];
}

interface Named {
  id: string;
  name: string;
}
interface Claim extends Named {
  claimType: string;
}
interface OktaRule extends Named {
  priority: number;
  status: string;
  conditions: {
    grantTypes: { include: string[] };
    scopes: { include: string[] };
    people?: { groups?: { include: string[] } };
  };
  actions: { token: { refreshTokenLifetimeMinutes?: number; refreshTokenWindowMinutes?: number } };
}

const SERVERS = "/api/v1/authorizationServers";
const ALL_CLIENTS = "ALL_CLIENTS";

/**
 * Finds a server by its exact name, and what of it the stack would otherwise make: the groups scope and claim, the access
 * policy that is asked first for the client, and its first rule.
 *
 * @throws CommandError when there is none, or it is not the portal's alone
 */
export async function readServer(okta: OktaManagement, name: string, clientId: string): Promise<FoundServer> {
  const server = (await okta.list<Named>(`${SERVERS}?q=${encodeURIComponent(name)}`)).find(
    (each) => each.name === name,
  );
  if (!server) throw new CommandError(`--server ${name} is not the name of a custom authorization server of this org`);
  const path = `${SERVERS}/${server.id}`;
  const [scopes, claims, policies] = await Promise.all([
    okta.list<Named>(`${path}/scopes`),
    okta.list<Claim>(`${path}/claims`),
    readAccessPolicies(okta, server.id),
  ]);
  refuseShared(server, policies, clientId);
  const policy = policies.find(({ status }) => status === "ACTIVE");
  const rules = policy ? await okta.list<OktaRule>(`${path}/policies/${policy.id}/rules`) : [];
  const [rule, ...otherRules] = rules.sort((a, b) => a.priority - b.priority);
  return {
    ...server,
    scope: scopes.find((each) => each.name === "groups")?.id,
    claim: claims.find((each) => each.name === "groups" && each.claimType === "IDENTITY")?.id,
    policy: policy?.id,
    rule: rule?.id,
    others: [...policies.filter((each) => each !== policy), ...otherRules].map((each) => each.name),
  };
}

/** The rule by which a client gets its tokens in the code flow; undefined where none is seen. */
export async function ruleInForce(okta: OktaManagement, serverId: string, clientId: string): Promise<Rule | undefined> {
  for (const { id, status, conditions } of await readAccessPolicies(okta, serverId)) {
    const { include } = conditions.clients;
    if (status !== "ACTIVE" || !(include.includes(ALL_CLIENTS) || include.includes(clientId))) continue;
    const rules = await okta.list<OktaRule>(`${SERVERS}/${serverId}/policies/${id}/rules`);
    const rule = rules
      .sort((a, b) => a.priority - b.priority)
      .find((each) => each.status === "ACTIVE" && each.conditions.grantTypes.include.includes("authorization_code"));
    if (rule) return toRule(rule);
  }
  return undefined;
}

const toRule = ({ conditions, actions: { token } }: OktaRule): Rule => ({
  scopes: conditions.scopes.include,
  grantTypes: conditions.grantTypes.include,
  groups: conditions.people?.groups?.include ?? [],
  durationMinutes: lifetime(token.refreshTokenLifetimeMinutes),
  idleMinutes: token.refreshTokenWindowMinutes,
  active: true,
});

function refuseShared({ name }: Named, policies: AccessPolicy[], clientId: string): void {
  const instead = `leave --server out, and use it as it is, by authorizationServer: ${name}`;
  // Every org begins with it, and any app may use it.
  if (name === "default")
    throw new CommandError(`--server default is the org's, and not the portal's alone: ${instead}`, 1);
  const clients = policies.flatMap(({ conditions }) => conditions.clients.include);
  const others = clients.filter((client) => client !== ALL_CLIENTS && client !== clientId);
  if (others.length === 0) return;
  throw new CommandError(
    `--server ${name} has access policies for other clients too (${others.map(quoted).join(", ")}): ${instead}`,
    1,
  );
}
