import { OktaClient } from "./client";
import type { OktaGroup, OktaOrg, OktaUser } from "./org";
import type { ProviderOptions } from "./options";

const PAGE_SIZE = { users: 200, groups: 200, members: 1000 };
/** A search is part of a URL, which may not have any length. */
const NAMES_A_SEARCH = 25;
const GROUPS = "/api/v1/groups";
const USERS = "/api/v1/users";

/** The parts of Okta's answers that are used. They are checked, since half an answer must not pass for a whole. */
interface Answer {
  id?: unknown;
  status?: unknown;
  profile?: Record<string, unknown>;
}

type Options = Pick<
  ProviderOptions,
  | "orgUrl"
  | "token"
  | "oauth"
  | "groups"
  | "groupFilter"
  | "userFilter"
  | "parentAttribute"
  | "concurrency"
  | "callTimeoutSeconds"
>;

/**
 * Reads people and groups by Okta's management API: a call a page, and one or more a group for its members. It gives all
 * that was asked for, or throws.
 */
export class OktaReader {
  private readonly client: OktaClient;

  constructor(private readonly options: Options) {
    this.client = new OktaClient(options);
  }

  /** @throws when Okta refuses, does not answer in time, or answers with something else than people and groups */
  async readAll(signal: AbortSignal): Promise<OktaOrg> {
    const { userFilter } = this.options;
    const org: OktaOrg = { users: new Map(), groups: new Map() };
    const groups = await this.readChosenGroups(signal);
    if (userFilter !== undefined) await this.addUsers(org, userFilter, signal);
    await this.readMembers(org, groups, signal);
    return org;
  }

  /**
   * Reads what has changed since a time, over what was there then. What a filter of Okta's has begun to choose, or no
   * longer does, and what was deleted, is left to the next whole run, for Okta does not tell.
   *
   * @returns another org; the one that is given stays as it is
   */
  async readChanges(before: OktaOrg, since: Date, signal: AbortSignal): Promise<OktaOrg> {
    const org: OktaOrg = { users: new Map(before.users), groups: new Map(before.groups) };
    const after = `gt "${since.toISOString()}"`;
    const groups = await this.readGroups({ filter: `lastUpdated ${after} or lastMembershipUpdated ${after}` }, signal);
    const chosen = groups.filter((group) => this.isChosen(group) ?? org.groups.has(group.id));
    for (const { id } of groups) if (!chosen.some((group) => group.id === id)) org.groups.delete(id);
    const { userFilter } = this.options;
    if (userFilter === undefined) {
      await this.addUsers(org, `lastUpdated ${after}`, signal, (id) => before.users.has(id));
    } else {
      await this.addUsers(org, `(${userFilter}) and lastUpdated ${after}`, signal);
    }
    await this.readMembers(org, chosen, signal);
    if (userFilter === undefined) dropWhoIsInNoGroup(org);
    return org;
  }

  /** The groups that are asked for, without their members. @throws as {@link readAll} */
  async readChosenGroups(signal: AbortSignal): Promise<OktaGroup[]> {
    const found: OktaGroup[] = [];
    for (const search of this.groupSearches()) found.push(...(await this.readGroups({ search }, signal)));
    return found.filter((group) => this.isChosen(group) ?? true);
  }

  /** What finds the groups; one that is left out finds all. */
  private groupSearches(): (string | undefined)[] {
    const { groups, groupFilter } = this.options;
    if (!groups) return [groupFilter];
    if ("prefix" in groups) return [`profile.name sw ${quoted(groups.prefix)}`];
    const terms = [...new Set(groups.names)].map((name) => `profile.name eq ${quoted(name)}`);
    const searches = [];
    while (terms.length > 0) searches.push(terms.splice(0, NAMES_A_SEARCH).join(" or "));
    return searches;
  }

  /**
   * Whether a group is among those that are asked for, which for a filter of Okta's cannot be told here. Okta's searches
   * have no regard to case, but names in Okta do.
   */
  private isChosen({ name }: OktaGroup): boolean | undefined {
    const { groups, groupFilter } = this.options;
    if (!groups) return groupFilter === undefined ? true : undefined;
    return "prefix" in groups ? name.startsWith(groups.prefix) : groups.names.includes(name);
  }

  private async readGroups(query: { search?: string; filter?: string }, signal: AbortSignal): Promise<OktaGroup[]> {
    const { parentAttribute } = this.options;
    const groups: OktaGroup[] = [];
    for await (const page of this.client.pages(GROUPS, { ...query, limit: PAGE_SIZE.groups }, signal)) {
      for (const { id, profile } of page as Answer[]) {
        groups.push({
          id: text(id, "a group without an id"),
          name: text(profile?.name, `the group ${String(id)} without a name`),
          description: optionalText(profile?.description),
          parent: optionalText(parentAttribute && profile?.[parentAttribute]),
          members: [],
        });
      }
    }
    return groups;
  }

  private async addUsers(
    org: OktaOrg,
    search: string,
    signal: AbortSignal,
    isOurs: (id: string) => boolean = () => true,
  ): Promise<void> {
    for await (const page of this.client.pages(USERS, { search, limit: PAGE_SIZE.users }, signal)) {
      for (const answer of page as Answer[]) {
        const { id, user } = readUser(answer);
        if (!user) org.users.delete(id);
        else if (isOurs(id)) org.users.set(id, user);
      }
    }
  }

  /**
   * Fills in the members of groups, who are also the people where these are not asked for by themselves. The first
   * failure ends it all.
   */
  private async readMembers(org: OktaOrg, groups: OktaGroup[], signal: AbortSignal): Promise<void> {
    const { concurrency, userFilter } = this.options;
    const failure = new AbortController();
    const stop = AbortSignal.any([signal, failure.signal]);
    const waiting = [...groups];
    const work = async () => {
      for (let group = waiting.shift(); group; group = waiting.shift()) {
        const members: string[] = [];
        for await (const page of this.client.pages(`${GROUPS}/${group.id}/users`, { limit: PAGE_SIZE.members }, stop)) {
          for (const answer of page as Answer[]) {
            const { id, user } = readUser(answer);
            if (!user) continue;
            // One text for all that name a person: each page has texts of its own.
            members.push(org.users.get(id)?.id ?? id);
            if (userFilter === undefined) org.users.set(id, user);
          }
        }
        org.groups.set(group.id, { ...group, members });
      }
    };
    const stopAll = (error: Error) => {
      failure.abort(error);
      throw error;
    };
    await Promise.all(Array.from({ length: concurrency }, () => work().catch(stopAll)));
  }
}

/** @returns no user for one who is deprovisioned */
function readUser({ id, status, profile }: Answer): { id: string; user: OktaUser | undefined } {
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
