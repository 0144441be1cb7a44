import { randomBytes } from "node:crypto";
import { invalid } from "../errors";
import type { ClientSecret } from "../model/org";
import { add, change, newTimes, secretsOf, type Store } from "../store";
import type { Variants } from "../variants";

const MOST_SECRETS = 2;

/**
 * Makes what an app's own body says of its secret so: one that is not among the active ones replaces them all, or comes
 * beside them, by `secretInPut`. Without a word about it they stay, and an app that has none gets one.
 */
export function setSecret(store: Store, appId: string, wanted: string | undefined, { secretInPut }: Variants): void {
  const secrets = secretsOf(store, appId);
  if (wanted === undefined && secrets.length > 0) return;
  const same = secrets.find(({ client_secret }) => client_secret === wanted);
  if (same?.status === "ACTIVE") return;
  if (secretInPut === "replaces") for (const { id } of secrets) void store.secrets.remove(id);
  if (same) change(store.secrets, same, { status: "ACTIVE" });
  else add(store.secrets, "ocs", { ...newSecret(store, appId, wanted), appId });
}

/** A secret that is not stored yet. @throws OktaError E0000001 when the app has as many as it may */
export function newSecret(
  store: Store,
  appId: string,
  client_secret = randomBytes(48).toString("base64url"),
  status: ClientSecret["status"] = "ACTIVE",
): Omit<ClientSecret, "id" | "appId"> {
  if (secretsOf(store, appId).length >= MOST_SECRETS)
    throw invalid({ field: "client_secret", message: `A client cannot have more than ${MOST_SECRETS} secrets` });
  return { client_secret, status, ...newTimes() };
}

/** Orders secrets from the oldest. */
export function byAge(one: ClientSecret, other: ClientSecret): number {
  return one.created.localeCompare(other.created);
}
