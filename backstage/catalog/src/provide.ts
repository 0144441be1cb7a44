import { createHash } from "node:crypto";
import type { AuthService, LoggerService } from "@backstage/backend-plugin-api";
import { ANNOTATION_ORIGIN_LOCATION, type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import type { CatalogService, EntityProvider, EntityProviderConnection } from "@backstage/plugin-catalog-node";
import type { ProviderOptions } from "./options";
import type { OktaOrg } from "./org";
import type { OktaReader } from "./read";
import { transform } from "./transform";

/** Changes show up in Okta's searches a little later than they are made. */
const OVERLAP_MS = 5 * 60 * 1000;
/** So many may go whatever their share is, as long as most stay: in a small org one person is many percent. */
const FEW = 3;

export interface Surroundings {
  logger: LoggerService;
  catalog: CatalogService;
  auth: AuthService;
}

/** What is in the catalog of a person or group, by references. */
type Provided = Map<string, { kind: string; id: string; digest?: string }>;

/** What a run has read, for the next one to tell what has changed. */
interface Run {
  org: OktaOrg;
  at: Date;
  provided: Provided;
}

/**
 * Keeps the catalog's people and groups those of an Okta org. What cannot be read whole, or would take away too much,
 * changes nothing.
 */
export class OktaOrgProvider implements EntityProvider {
  private connection: EntityProviderConnection | undefined;
  private last: Run | undefined;
  /** Ends when no run is under way: each is by what the one before has left. */
  private idle: Promise<void> = Promise.resolve();

  constructor(
    readonly options: ProviderOptions,
    private readonly reader: Pick<OktaReader, "readAll" | "readChanges">,
    private readonly surroundings: Surroundings,
  ) {}

  getProviderName(): string {
    return `okta-org:${new URL(this.options.orgUrl).host}`;
  }

  connect(connection: EntityProviderConnection): Promise<void> {
    this.connection = connection;
    return Promise.resolve();
  }

  /** Reads all of the org. @throws when it changed nothing, with the reason */
  runWhole(signal: AbortSignal): Promise<void> {
    return this.run("whole", (at) => this.readAll(at, signal));
  }

  /** Reads what has changed since the run before, or all when there was none. @throws as {@link runWhole} */
  runChanges(signal: AbortSignal): Promise<void> {
    return this.run("delta", async (at) => {
      const { last } = this;
      if (!last) return this.readAll(at, signal);
      const org = await this.reader.readChanges(last.org, new Date(last.at.getTime() - OVERLAP_MS), signal);
      const { entities, provided } = this.make(org);
      checkRemoval(last.provided, provided, this.options);
      signal.throwIfAborted();
      const isNew = (ref: string) => last.provided.get(ref)?.digest !== provided.get(ref)?.digest;
      const added = entities.filter((entity) => isNew(stringifyEntityRef(entity)));
      const removed = [...last.provided.keys()].filter((ref) => !provided.has(ref));
      await this.connected().applyMutation({
        type: "delta",
        added: added.map((entity) => this.deferred(entity)),
        removed: removed.map((entityRef) => ({ entityRef, locationKey: this.getProviderName() })),
      });
      return { org, at, provided };
    });
  }

  private async readAll(at: Date, signal: AbortSignal): Promise<Run> {
    const org = await this.reader.readAll(signal);
    const { entities, provided } = this.make(org);
    checkRemoval(await this.existing(), provided, this.options);
    signal.throwIfAborted();
    await this.connected().applyMutation({ type: "full", entities: entities.map((entity) => this.deferred(entity)) });
    return { org, at, provided };
  }

  private run(kind: "whole" | "delta", act: (at: Date) => Promise<Run>): Promise<void> {
    const ended = this.idle.then(() => this.report(kind, act));
    this.idle = ended.catch(() => undefined);
    return ended;
  }

  private async report(kind: string, act: (at: Date) => Promise<Run>): Promise<void> {
    const { logger } = this.surroundings;
    const name = this.getProviderName();
    try {
      const run = await act(new Date());
      // Only what tells changes needs it, and a large org is large in memory too.
      if (this.options.deltaSchedule) this.last = run;
      const { users, groups } = run.org;
      logger.info(`${name}: a ${kind} run read ${users.size} users and ${groups.size} groups`);
    } catch (error) {
      const reason = `${name}: a ${kind} run changed nothing: ${(error as Error).message}`;
      logger.error(reason);
      throw new Error(reason, { cause: error });
    }
  }

  private connected(): EntityProviderConnection {
    if (!this.connection) throw new Error("the catalog has not connected it yet");
    return this.connection;
  }

  /** @throws when nothing would be left */
  private make(org: OktaOrg): { entities: Entity[]; provided: Provided } {
    const { entities, leftOut } = transform(org, this.options, this.location());
    checkNotEmpty(org, entities);
    for (const sentence of leftOut) this.surroundings.logger.warn(`${this.getProviderName()}: ${sentence}`);
    const provided = entities.map((entity) => {
      const digest = this.options.deltaSchedule && digestOf(entity);
      return [stringifyEntityRef(entity), { ...kindAndId(entity), digest }] as const;
    });
    return { entities, provided: new Map(provided) };
  }

  /** What the catalog has from this provider: after a restart too, when nothing is in memory. */
  private async existing(): Promise<Provided> {
    const { catalog, auth } = this.surroundings;
    const { items } = await catalog.getEntities(
      {
        filter: { [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: this.location() },
        fields: ["kind", "metadata.name", "metadata.namespace", "metadata.annotations"],
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return new Map(items.map((entity) => [stringifyEntityRef(entity), kindAndId(entity)]));
  }

  private deferred(entity: Entity) {
    return { entity, locationKey: this.getProviderName() };
  }

  private location(): string {
    return `url:${this.options.orgUrl}/api/v1`;
  }
}

const kindAndId = ({ kind, metadata }: Entity) => ({
  kind: kind.toLowerCase(),
  id: metadata.annotations?.["okta.com/id"] ?? "",
});

const digestOf = (entity: Entity) => createHash("sha256").update(JSON.stringify(entity)).digest("base64");

function checkNotEmpty({ users, groups }: OktaOrg, entities: Entity[]): void {
  if (groups.size === 0)
    throw new Error("Okta gave no group. Check groups or groupFilter, and the rights of the credentials");
  if (users.size === 0) throw new Error("Okta gave no user. Check userFilter, and the rights of the credentials");
  for (const kind of ["User", "Group"]) {
    if (!entities.some((entity) => entity.kind === kind))
      throw new Error(`no ${kind} is left of what Okta gave, by naming`);
  }
}

/** Whoever has another name than before is not removed. */
function checkRemoval(before: Provided, after: Provided, { allowRemoval, maxRemovedPercent }: ProviderOptions): void {
  const ids = (provided: Provided, kind: string) =>
    [...provided.values()].filter((each) => each.kind === kind).map(({ id }) => id);
  for (const kind of ["user", "group"]) {
    const left = new Set(ids(after, kind));
    const all = ids(before, kind);
    const removed = all.filter((id) => !left.has(id)).length;
    if (allowRemoval || removed <= mostRemoved(all.length, maxRemovedPercent)) continue;
    throw new Error(
      `it would remove ${removed} of ${all.length} ${kind}s, more than maxRemovedPercent: ${maxRemovedPercent}. ` +
        "If that is right, set allowRemoval: true for one run",
    );
  }
}

function mostRemoved(all: number, percent: number): number {
  // Who sets 0 wants to be asked about each.
  const few = percent > 0 ? Math.min(FEW, (all - 1) / 2) : 0;
  return Math.max(few, (all * percent) / 100);
}
