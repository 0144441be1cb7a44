import { hasUnknown, type CheckFailure, type Props } from "../contract";
import { STATUS } from "./authorizationServer";
import type { Json } from "./okta";
import { setStatus, type Definition } from "./resource";

interface Included {
  include?: string[];
  exclude?: string[];
}

/** okta.auth.ServerPolicyRule: which grants, scopes and people an access policy allows, and how long tokens live. */
export const policyRule: Definition = {
  noun: "access policy rule",
  parents: ["authServerId", "policyId"],
  schema: {
    authServerId: { type: "string", required: true },
    policyId: { type: "string", required: true },
    name: { type: "string", autoname: true },
    type: { type: "string", default: "RESOURCE_ACCESS" },
    status: STATUS,
    priority: { type: "number", required: true },
    grantTypeWhitelists: { type: "set", required: true },
    scopeWhitelists: { type: "set" },
    groupWhitelists: { type: "set" },
    groupBlacklists: { type: "set" },
    userWhitelists: { type: "set" },
    userBlacklists: { type: "set" },
    accessTokenLifetimeMinutes: { type: "number", default: 60 },
    refreshTokenLifetimeMinutes: { type: "number" },
    refreshTokenWindowMinutes: { type: "number", default: 10080 },
    inlineHookId: { type: "string" },
    system: { type: "boolean", output: true },
  },
  validate,

  async create(okta, inputs, made) {
    made(((await okta.create(collection(inputs), body(inputs))) as { id: string }).id);
  },
  async find(okta, id, props) {
    const found = await okta.find(`${collection(props)}/${id}`);
    if (!found) return undefined;
    const { token } = found.actions as { token: Json };
    const conditions = found.conditions as {
      grantTypes?: Included;
      scopes?: Included;
      people?: { groups?: Included; users?: Included };
    };
    return {
      name: found.name,
      type: found.type,
      status: found.status,
      priority: found.priority,
      system: found.system ?? false,
      grantTypeWhitelists: conditions.grantTypes?.include,
      scopeWhitelists: conditions.scopes?.include,
      groupWhitelists: conditions.people?.groups?.include,
      groupBlacklists: conditions.people?.groups?.exclude,
      userWhitelists: conditions.people?.users?.include,
      userBlacklists: conditions.people?.users?.exclude,
      accessTokenLifetimeMinutes: token.accessTokenLifetimeMinutes,
      refreshTokenLifetimeMinutes: token.refreshTokenLifetimeMinutes,
      refreshTokenWindowMinutes: token.refreshTokenWindowMinutes,
      inlineHookId: (token.inlineHook as Json | undefined)?.id,
    };
  },
  async update(okta, id, outputs, inputs) {
    const path = `${collection(inputs)}/${id}`;
    await okta.put(path, body(inputs));
    if (outputs.status !== inputs.status) await setStatus(okta, path, inputs.status);
  },
  remove: (okta, id, outputs) => okta.delete(`${collection(outputs)}/${id}`),
};

function collection({ authServerId, policyId }: Props): string {
  return `/api/v1/authorizationServers/${authServerId as string}/policies/${policyId as string}/rules`;
}

function body(inputs: Props): Json {
  return {
    type: inputs.type,
    name: inputs.name,
    status: inputs.status,
    priority: inputs.priority,
    actions: {
      token: {
        accessTokenLifetimeMinutes: inputs.accessTokenLifetimeMinutes,
        // 0 is for ever, as far as the window allows.
        refreshTokenLifetimeMinutes: inputs.refreshTokenLifetimeMinutes ?? 0,
        refreshTokenWindowMinutes: inputs.refreshTokenWindowMinutes,
        inlineHook: inputs.inlineHookId ? { id: inputs.inlineHookId } : undefined,
      },
    },
    conditions: {
      grantTypes: { include: inputs.grantTypeWhitelists },
      scopes: { include: inputs.scopeWhitelists },
      people: {
        groups: { include: inputs.groupWhitelists, exclude: inputs.groupBlacklists },
        users: { include: inputs.userWhitelists, exclude: inputs.userBlacklists },
      },
    },
  };
}

/** What does not go together. The genuine provider says so in the update; here the preview does. */
function validate(inputs: Props): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const people = [inputs.userWhitelists, inputs.groupWhitelists].some((list) => list !== undefined);
  if ((inputs.grantTypeWhitelists as string[]).includes("implicit") && !people) {
    failures.push({
      property: "grantTypeWhitelists",
      reason: "with implicit, userWhitelists or groupWhitelists is required",
    });
  }
  const lifetimes = [
    inputs.accessTokenLifetimeMinutes,
    inputs.refreshTokenWindowMinutes,
    inputs.refreshTokenLifetimeMinutes ?? 0,
  ];
  if (hasUnknown(lifetimes)) return failures;
  const [access, window, refresh] = lifetimes as [number, number, number];
  if (refresh > 0 && refresh < access) {
    failures.push({
      property: "refreshTokenLifetimeMinutes",
      reason: `must be at least accessTokenLifetimeMinutes (${access}), but is ${refresh}`,
    });
  }
  if (refresh > 0 && (window < access || window > refresh)) {
    failures.push({
      property: "refreshTokenWindowMinutes",
      reason: `must be between accessTokenLifetimeMinutes (${access}) and refreshTokenLifetimeMinutes (${refresh}), but is ${window}`,
    });
  }
  return failures;
}
