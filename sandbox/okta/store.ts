import { randomBytes } from "node:crypto";
import { type Database, open } from "lmdb";
import type { App } from "./model/app";
import type { AccessPolicy, AccessRule, AuthorizationServer, Claim, Scope } from "./model/authorizationServer";
import type { Times } from "./model/fields";
import type { Artifact, ClientRole, ClientSecret, Domain, Grant, Group, OrgRecord, User } from "./model/org";
import type { SignOnPolicy, SignOnRule } from "./model/signOnPolicy";

/**
 * What the local Okta knows, on disk: what its management API writes is what its sign-in reads.
 * Every write is durable when the call returns, so that a killed process loses nothing.
 */
export type Store = ReturnType<typeof openStore>;

/** @param file path of the database; made when it is missing. */
export function openStore(file: string) {
  const root = open({ path: file, maxDbs: 32 });
  const table = <Record>(name: string): Database<Record, string> => root.openDB({ name });
  const users = table<User>("users");
  /** The IDs of each group's members, since the last write. */
  let members: Map<string, string[]> | undefined;

  return {
    users,
    org: table<OrgRecord>("org"),
    groups: table<Group>("groups"),
    apps: table<App>("apps"),
    servers: table<AuthorizationServer>("servers"),
    scopes: table<Scope>("scopes"),
    claims: table<Claim>("claims"),
    policies: table<AccessPolicy>("policies"),
    rules: table<AccessRule>("rules"),
    signOnPolicies: table<SignOnPolicy>("signOnPolicies"),
    signOnRules: table<SignOnRule>("signOnRules"),
    domains: table<Domain>("domains"),
    secrets: table<ClientSecret>("secrets"),
    grants: table<Grant>("grants"),
    clientRoles: table<ClientRole>("clientRoles"),
    artifacts: table<Artifact>("artifacts"),

    /** Runs `action` as one write: no other write comes between, and none of it stays when it throws. */
    transaction<T>(action: () => T): T {
      members = undefined;
      return root.transactionSync(action);
    },

    /** The IDs of a group's members, found without a look at each user for each group. */
    memberIds(groupId: string): string[] {
      members ??= membersOf(users);
      return members.get(groupId) ?? [];
    },

    close: () => root.close(),
  };
}

function membersOf(users: Database<User, string>): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const { key, value } of users.getRange()) {
    for (const groupId of value.groupIds) {
      const ids = members.get(groupId);
      if (ids) ids.push(key);
      else members.set(groupId, [key]);
    }
  }
  return members;
}

export function select<T>(table: Database<T, string>, matches: (value: T) => boolean = () => true): T[] {
  return [...table.getRange()].map(({ value }) => value).filter(matches);
}

/** Stores a record, new or changed. @returns it */
export function save<T extends { id: string }>(table: Database<T, string>, record: T): T {
  void table.put(record.id, record);
  return record;
}

/** Stores a new record under an ID of its own. @returns it */
export function add<T extends { id: string }>(table: Database<T, string>, prefix: string, record: Omit<T, "id">): T {
  return save(table, { ...record, id: newId(prefix) } as T);
}

/** Stores what becomes of a record by changes that are made now. @returns it */
export function change<T extends { id: string; lastUpdated?: string }>(
  table: Database<T, string>,
  record: T,
  changes: Partial<T>,
): T {
  return save(table, { ...record, ...changes, lastUpdated: now() });
}

export function removeAll<T extends { id: string }>(table: Database<T, string>, matches: (value: T) => boolean): void {
  for (const { id } of select(table, matches)) void table.remove(id);
}

/** A custom authorization server, by the ID that its issuer ends in or by the one that the API may give it besides. */
export function findServer({ servers }: Store, id: string): AuthorizationServer | undefined {
  return servers.get(id) ?? select(servers, ({ alias }) => alias === id)[0];
}

/** The client secrets of an app, active or not. */
export function secretsOf({ secrets }: Store, of: string): ClientSecret[] {
  return select(secrets, ({ appId }) => appId === of);
}

/** An ID in Okta's form: a prefix that tells the kind, such as `0oa` for an app, and 20 characters in all. */
export function newId(prefix: string): string {
  const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const random = [...randomBytes(20 - prefix.length)].map((byte) => alphabet[byte % alphabet.length]);
  return prefix + random.join("");
}

/** The org's time, as Okta writes timestamps. */
export function now(): string {
  return new Date().toISOString();
}

/** The times of a record that is made now. */
export function newTimes(): Times {
  const time = now();
  return { created: time, lastUpdated: time };
}
