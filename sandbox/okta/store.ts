import { randomBytes } from "node:crypto";
import { type Database, open } from "lmdb";
import type {
  App,
  Artifact,
  AuthorizationServer,
  Claim,
  ClientRole,
  ClientSecret,
  Domain,
  Group,
  Org,
  Policy,
  Rule,
  Scope,
  SignOnPolicy,
  SignOnRule,
  User,
} from "./model";

/**
 * What the local Okta knows, on disk: what its management API writes is what its sign-in reads.
 * Every write is durable when the call returns, so that a killed process loses nothing.
 */
export class Store {
  readonly org: Database<Org, "org">;
  readonly users: Database<User, string>;
  readonly groups: Database<Group, string>;
  readonly apps: Database<App, string>;
  readonly servers: Database<AuthorizationServer, string>;
  readonly scopes: Database<Scope, string>;
  readonly claims: Database<Claim, string>;
  readonly policies: Database<Policy, string>;
  readonly rules: Database<Rule, string>;
  readonly signOnPolicies: Database<SignOnPolicy, string>;
  readonly signOnRules: Database<SignOnRule, string>;
  readonly domains: Database<Domain, string>;
  readonly secrets: Database<ClientSecret, string>;
  readonly clientRoles: Database<ClientRole, string>;
  readonly artifacts: Database<Artifact, string>;
  private readonly root;
  /** The IDs of each group's members, since the last write. */
  private members: Map<string, string[]> | undefined;

  /** @param file path of the database; made when it is missing. */
  constructor(file: string) {
    this.root = open({ path: file, maxDbs: 32 });
    this.org = this.root.openDB({ name: "org" });
    this.users = this.root.openDB({ name: "users" });
    this.groups = this.root.openDB({ name: "groups" });
    this.apps = this.root.openDB({ name: "apps" });
    this.servers = this.root.openDB({ name: "servers" });
    this.scopes = this.root.openDB({ name: "scopes" });
    this.claims = this.root.openDB({ name: "claims" });
    this.policies = this.root.openDB({ name: "policies" });
    this.rules = this.root.openDB({ name: "rules" });
    this.signOnPolicies = this.root.openDB({ name: "signOnPolicies" });
    this.signOnRules = this.root.openDB({ name: "signOnRules" });
    this.domains = this.root.openDB({ name: "domains" });
    this.secrets = this.root.openDB({ name: "secrets" });
    this.clientRoles = this.root.openDB({ name: "clientRoles" });
    this.artifacts = this.root.openDB({ name: "artifacts" });
  }

  /** Runs `action` as one write: no other write comes between, and none of it stays when it throws. */
  transaction<T>(action: () => T): T {
    this.members = undefined;
    return this.root.transactionSync(action);
  }

  /** The IDs of a group's members, found without a look at each user for each group. */
  memberIds(groupId: string): string[] {
    this.members ??= this.readMembers();
    return this.members.get(groupId) ?? [];
  }

  private readMembers(): Map<string, string[]> {
    const members = new Map<string, string[]>();
    for (const { key, value } of this.users.getRange()) {
      for (const groupId of value.groupIds) {
        const ids = members.get(groupId);
        if (ids) ids.push(key);
        else members.set(groupId, [key]);
      }
    }
    return members;
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

/** All values of a collection that match. */
export function select<T>(collection: Database<T, string>, matches: (value: T) => boolean = () => true): T[] {
  return [...collection.getRange()].map(({ value }) => value).filter(matches);
}

/** A custom authorization server, by the ID that its issuer ends in or by the one that the API may give it besides. */
export function findServer({ servers }: Store, id: string): AuthorizationServer | undefined {
  return servers.get(id) ?? select(servers, ({ alias }) => alias === id)[0];
}

/** The client secrets of an app, active or not. */
export function secretsOf({ secrets }: Store, of: string): ClientSecret[] {
  return select(secrets, ({ appId }) => appId === of);
}

/** The admin roles of a client. */
export function clientRolesOf({ clientRoles }: Store, of: string): ClientRole[] {
  return select(clientRoles, ({ clientId }) => clientId === of);
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
