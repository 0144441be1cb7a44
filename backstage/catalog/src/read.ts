import { Client, DefaultRequestExecutor } from "@okta/okta-sdk-nodejs";
import type { OktaGroup, OktaOrg, OktaUser } from "./org";
import type { ProviderOptions } from "./options";

const PAGE_SIZE = { users: 200, groups: 200, members: 1000 };
const SCOPES = ["okta.users.read", "okta.groups.read"];
// A bucket of Okta's is full again after a minute: a run with many pages waits several times.
const MAX_RETRIES = 20;

/** The parts of Okta's answers that are used. They are checked, since half an answer must not pass for a whole. */
interface UserAnswer {
  id?: unknown;
  status?: unknown;
  profile?: Record<string, unknown>;
}

/**
 * Reads people and groups by Okta's management API: a call a page, and one or more a group for its members. It gives all
 * that was asked for, or throws.
 */
export class OktaReader {
  private readonly client: Client;

  constructor(private readonly options: ProviderOptions) {
    this.client = connect(options);
  }

  /** @throws when Okta refuses, does not answer in time, or answers with something else than people and groups */
  async readAll(signal: AbortSignal): Promise<OktaOrg> {
    const { userFilter } = this.options;
    const org: OktaOrg = { users: new Map(), groups: new Map() };
    for (const group of await this.listGroups({ search: this.groupSearch(), limit: PAGE_SIZE.groups }, signal)) {
      org.groups.set(group.id, group);
    }
    if (userFilter) await this.addUsers(org, { search: userFilter, limit: PAGE_SIZE.users }, signal);
    await this.readMembers(org, [...org.groups.values()], signal);
    return org;
  }

  /**
   * Reads what has changed since a time, over what was there then. A group that is new to a `groupFilter` is left to the
   * next whole run, and so is what was deleted, for Okta does not tell.
   *
   * @returns another org; the one that is given stays as it is
   */
  async readChanges(before: OktaOrg, since: Date, signal: AbortSignal): Promise<OktaOrg> {
    const org: OktaOrg = { users: new Map(before.users), groups: new Map(before.groups) };
    const after = `gt "${since.toISOString()}"`;
    const filter = `lastUpdated ${after} or lastMembershipUpdated ${after}`;
    const groups = await this.listGroups({ filter, limit: PAGE_SIZE.groups }, signal);
    const changed = groups.filter((group) => org.groups.has(group.id) || this.isChosen(group));
    for (const group of changed) {
      if (this.isChosen(group) ?? true) org.groups.set(group.id, group);
      else org.groups.delete(group.id);
    }
    const { userFilter } = this.options;
    const search = userFilter ? `(${userFilter}) and lastUpdated ${after}` : `lastUpdated ${after}`;
    const isOurs = userFilter ? () => true : (id: string) => before.users.has(id);
    await this.addUsers(org, { search, limit: PAGE_SIZE.users }, signal, isOurs);
    await this.readMembers(
      org,
      changed.filter(({ id }) => org.groups.has(id)),
      signal,
    );
    if (!userFilter) dropWhoIsInNoGroup(org);
    return org;
  }

  /** Left out where all groups are asked for. */
  private groupSearch(): string | undefined {
    const { groups, groupFilter } = this.options;
    if (!groups) return groupFilter;
    if ("prefix" in groups) return `profile.name sw ${quoted(groups.prefix)}`;
    return groups.names.map((name) => `profile.name eq ${quoted(name)}`).join(" or ");
  }

  /** Whether a group is among those that are asked for, as far as that can be told without Okta. */
  private isChosen({ name }: OktaGroup): boolean | undefined {
    const { groups, groupFilter } = this.options;
    if (!groups) return groupFilter === undefined ? true : undefined;
    return "prefix" in groups ? name.startsWith(groups.prefix) : groups.names.includes(name);
  }

  private async listGroups(query: { search?: string; filter?: string; limit: number }, signal: AbortSignal) {
    const groups: OktaGroup[] = [];
    for await (const answer of await this.client.groupApi.listGroups(query)) {
      signal.throwIfAborted();
      const { id, profile } = answer as UserAnswer;
      const parent = this.options.parentAttribute && profile?.[this.options.parentAttribute];
      groups.push({
        id: text(id, "a group without an id"),
        name: text(profile?.name, `the group ${String(id)} without a name`),
        description: optionalText(profile?.description),
        parent: optionalText(parent),
        members: [],
      });
    }
    return groups;
  }

  private async addUsers(
    org: OktaOrg,
    query: { search: string; limit: number },
    signal: AbortSignal,
    isOurs: (id: string) => boolean = () => true,
  ): Promise<void> {
    for await (const answer of await this.client.userApi.listUsers(query)) {
      signal.throwIfAborted();
      const { id, user } = readUser(answer as UserAnswer);
      if (!user) org.users.delete(id);
      else if (isOurs(id)) org.users.set(id, user);
    }
  }

  /** Fills in the members of groups, who are also the people where these are not asked for by themselves. */
  private async readMembers(org: OktaOrg, groups: OktaGroup[], signal: AbortSignal): Promise<void> {
    const { concurrency, userFilter } = this.options;
    const waiting = [...groups];
    const work = async () => {
      for (let group = waiting.shift(); group; group = waiting.shift()) {
        const members: string[] = [];
        const query = { groupId: group.id, limit: PAGE_SIZE.members };
        for await (const answer of await this.client.groupApi.listGroupUsers(query)) {
          signal.throwIfAborted();
          const { id, user } = readUser(answer as UserAnswer);
          if (!user) continue;
          members.push(id);
          if (!userFilter) org.users.set(id, user);
        }
        org.groups.set(group.id, { ...group, members });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  }
}

function connect({ orgUrl, token, oauth, callTimeoutSeconds }: ProviderOptions): Client {
  const requestExecutor = new DefaultRequestExecutor({
    maxRetries: MAX_RETRIES,
    requestTimeout: callTimeoutSeconds * 1000,
  });
  const credentials = oauth
    ? { authorizationMode: "PrivateKey", scopes: SCOPES, ...oauth }
    : { authorizationMode: "SSWS", token };
  // What was read before is no answer: the client's cache is off.
  return new Client({ orgUrl, requestExecutor, cacheMiddleware: null, ...credentials });
}

/** @returns no user for one who is deprovisioned */
function readUser({ id, status, profile }: UserAnswer): { id: string; user: OktaUser | undefined } {
  const userId = text(id, "a user without an id");
  const login = text(profile?.login, `the user ${userId} without a login`);
  if (text(status, `the user ${userId} without a status`) === "DEPROVISIONED") return { id: userId, user: undefined };
  const name = [profile?.firstName, profile?.lastName].filter(Boolean).join(" ");
  const displayName = optionalText(profile?.displayName) ?? (name || login);
  return { id: userId, user: { id: userId, login, email: optionalText(profile?.email), displayName } };
}

function dropWhoIsInNoGroup(org: OktaOrg): void {
  const members = new Set([...org.groups.values()].flatMap(({ members }) => members));
  for (const id of org.users.keys()) if (!members.has(id)) org.users.delete(id);
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string" || value === "") throw new Error(`Okta's answer is not whole: it has ${what}`);
  return value;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const quoted = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
