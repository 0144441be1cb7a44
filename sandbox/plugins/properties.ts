import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A resource's inputs or outputs by their Pulumi names: plain JSON values, UNKNOWN where a preview does not know one. */
export type Props = Record<string, unknown>;

/** What the engine sends, and gets back, for a value that is known only after the update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// A secret on the wire is an object with this pair and its `value`.
// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): value is Props {
  return isObject(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** Whether a value, or anything inside it, is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return value === UNKNOWN;
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isSecret(value) || (isObject(value) && Object.values(value).some(hasSecret));
}

function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (isSecret(value)) return reveal(value.value);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
  return value;
}

/**
 * Properties as the engine sent them: plain values, and the names of the top-level ones with a secret in them.
 * A null is the same as a property left out, as in the genuine providers.
 */
export function fromWire(struct: Struct | undefined): { props: Props; secrets: string[] } {
  const entries = Object.entries(struct?.toJavaScript() ?? {}).filter(([, value]) => value !== null);
  return {
    props: Object.fromEntries(entries.map(([key, value]) => [key, reveal(value)])),
    secrets: entries.filter(([, value]) => hasSecret(value)).map(([key]) => key),
  };
}

/** Properties as the engine takes them, those named in `secrets` wrapped as secrets as a whole. */
export function toWire(props: Props, secrets: Iterable<string> = []): Struct {
  const wrapped = { ...props };
  for (const key of new Set(secrets)) {
    const value = wrapped[key];
    if (value !== undefined && value !== null) wrapped[key] = { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
  }
  // The round trip drops what is undefined, which a Struct cannot hold.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(wrapped)) as Record<string, JavaScriptValue>);
}
