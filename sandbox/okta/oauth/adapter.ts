import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";
import type { Store } from "../store";
import { clientMetadata, findApp } from "./clients";

/** The time in seconds since the epoch, as tokens carry it. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * The storage of one authorization server's `oidc-provider`: codes, tokens and grants in the store's artifacts, under
 * the server's own name so that no other server takes them; browser sessions under the org's; clients from the apps.
 *
 * @see https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js for the interface
 */
export function storeAdapter(store: Store, server: string): AdapterFactory {
  return (model) => new StoreAdapter(store, model, `${model === "Session" ? "org" : server}/${model}/`);
}

class StoreAdapter implements Adapter {
  constructor(
    private readonly store: Store,
    private readonly model: string,
    private readonly prefix: string,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const expiresAt = expiresIn === undefined ? undefined : now() + expiresIn;
    await this.store.artifacts.put(this.prefix + id, { payload, expiresAt });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.model === "Client") {
      const app = findApp(this.store, id);
      return app && clientMetadata(app);
    }
    const payload = this.get(id);
    if (payload?.consumed !== undefined && this.withinLeeway(payload)) delete payload.consumed;
    return payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const [found] = this.entries((payload) => payload.uid === uid);
    return Promise.resolve(found?.payload);
  }

  async findByUserCode(): Promise<undefined> {
    // Only the device flow has user codes.
  }

  async consume(id: string): Promise<void> {
    const artifact = this.store.artifacts.get(this.prefix + id);
    if (!artifact) return;
    // The leeway runs from the first use.
    artifact.payload.consumed ??= now();
    await this.store.artifacts.put(this.prefix + id, artifact);
  }

  async destroy(id: string): Promise<void> {
    await this.store.artifacts.remove(this.prefix + id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    const revoked = this.entries((payload) => payload.grantId === grantId);
    await Promise.all(revoked.map(({ key }) => this.store.artifacts.remove(key)));
  }

  private get(id: string): AdapterPayload | undefined {
    // An ID comes from outside, and the store takes keys of limited length.
    return id.length > 200 ? undefined : this.store.artifacts.get(this.prefix + id)?.payload;
  }

  /** A rotated refresh token may be used again for some seconds, for a client that missed the answer (`leeway`). */
  private withinLeeway({ clientId, consumed }: AdapterPayload): boolean {
    if (this.model !== "RefreshToken") return false;
    const leeway = findApp(this.store, clientId as string)?.settings.oauthClient.refresh_token?.leeway ?? 0;
    return now() - (consumed as number) < leeway;
  }

  private entries(matches: (payload: AdapterPayload) => boolean) {
    return [...this.store.artifacts.getRange({ start: this.prefix, end: `${this.prefix}\uffff` })]
      .map(({ key, value }) => ({ key, payload: value.payload }))
      .filter(({ payload }) => matches(payload));
  }
}

/** Removes what has expired. */
export async function sweep(store: Store): Promise<void> {
  const expired = [...store.artifacts.getRange()].filter(({ value }) => (value.expiresAt ?? Infinity) <= now());
  await Promise.all(expired.map(({ key }) => store.artifacts.remove(key)));
}
