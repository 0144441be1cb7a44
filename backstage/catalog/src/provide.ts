import type { AuthService, LoggerService } from "@backstage/backend-plugin-api";
import { ANNOTATION_ORIGIN_LOCATION, type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import type { CatalogService, EntityProvider, EntityProviderConnection } from "@backstage/plugin-catalog-node";
import type { ProviderOptions } from "./options";
import type { OktaOrg } from "./org";
import type { OktaReader } from "./read";
import { transform } from "./transform";

/** Changes show up in Okta's searches a little later than they are made. */
const OVERLAP_MS = 5 * 60 * 1000;

export interface Surroundings {
  logger: LoggerService;
  catalog: CatalogService;
  auth: AuthService;
}

/**
 * Keeps the catalog's people and groups those of an Okta org. What cannot be read whole, or would take away too much,
 * changes nothing.
 */
export class OktaOrgProvider implements EntityProvider {
  private connection: EntityProviderConnection | undefined;
  private org: { read: OktaOrg; at: Date } | undefined;

  constructor(
    private readonly options: ProviderOptions,
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
  async runWhole(signal: AbortSignal): Promise<void> {
    await this.run("whole", (at) => this.reader.readAll(signal).then((read) => ({ read, at })), signal);
  }

  /** Reads what has changed since the run before, or all when there was none. @throws as {@link runWhole} */
  async runChanges(signal: AbortSignal): Promise<void> {
    const before = this.org;
    if (!before) return this.runWhole(signal);
    const since = new Date(before.at.getTime() - OVERLAP_MS);
    const read = (at: Date) => this.reader.readChanges(before.read, since, signal).then((org) => ({ read: org, at }));
    await this.run("delta", read, signal);
  }

  private async run(
    kind: string,
    read: (at: Date) => Promise<{ read: OktaOrg; at: Date }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { logger } = this.surroundings;
    const name = this.getProviderName();
    try {
      if (!this.connection) throw new Error("the catalog has not connected it yet");
      const org = await read(new Date());
      signal.throwIfAborted();
      const { entities, leftOut } = transform(org.read, this.options, this.location());
      checkNotEmpty(org.read, entities, this.options);
      checkRemoval(await this.existing(), entities, this.options);
      for (const sentence of leftOut) logger.warn(`${name}: ${sentence}`);
      await this.connection.applyMutation({
        type: "full",
        entities: entities.map((entity) => ({ entity, locationKey: name })),
      });
      this.org = org;
      logger.info(`${name}: a ${kind} run read ${org.read.users.size} users and ${org.read.groups.size} groups`);
    } catch (error) {
      const reason = `${name}: a ${kind} run changed nothing: ${(error as Error).message}`;
      logger.error(reason);
      throw new Error(reason, { cause: error });
    }
  }

  /** What the catalog has from this provider: after a restart too, when nothing is in memory. */
  private async existing(): Promise<string[]> {
    const { catalog, auth } = this.surroundings;
    const { items } = await catalog.getEntities(
      {
        filter: { [`metadata.annotations.${ANNOTATION_ORIGIN_LOCATION}`]: this.location() },
        fields: ["kind", "metadata.name", "metadata.namespace"],
      },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return items.map((entity) => stringifyEntityRef(entity));
  }

  private location(): string {
    return `url:${this.options.orgUrl}/api/v1`;
  }
}

function checkNotEmpty({ users, groups }: OktaOrg, entities: Entity[], { allowRemoval }: ProviderOptions): void {
  if (allowRemoval) return;
  if (groups.size === 0)
    throw new Error("Okta gave no group. Check groups or groupFilter, and the rights of the credentials");
  if (users.size === 0) throw new Error("Okta gave no user. Check userFilter, and the rights of the credentials");
  for (const kind of ["User", "Group"]) {
    if (!entities.some((entity) => entity.kind === kind))
      throw new Error(`no ${kind} is left of what Okta gave, by naming`);
  }
}

function checkRemoval(existing: string[], entities: Entity[], options: ProviderOptions): void {
  const { allowRemoval, maxRemovedPercent } = options;
  const next = new Set(entities.map((entity) => stringifyEntityRef(entity)));
  for (const kind of ["user", "group"]) {
    const before = existing.filter((ref) => ref.startsWith(`${kind}:`));
    const removed = before.filter((ref) => !next.has(ref)).length;
    if (allowRemoval || removed * 100 <= before.length * maxRemovedPercent) continue;
    throw new Error(
      `it would remove ${removed} of ${before.length} ${kind}s, more than maxRemovedPercent: ${maxRemovedPercent}. ` +
        "If that is right, set allowRemoval: true for one run",
    );
  }
}
