import { APP, PASSWORD, SECRET, type Secret, STASH } from "./resources";
import { ifKnown, type Rule, type StackRule } from "./rule";

/** Shorter values, such as a user name in a Secret, may stand elsewhere by chance. */
const SHORTEST = 16;

/**
 * A policy is given secret values as they are, without a mark. What it can see is whether the engine was told to treat
 * the outputs as secret, which the Secret class of Pulumi's Kubernetes SDK does.
 */
export const isMarked: Rule<Secret> = {
  name: "secret-data-is-marked-secret",
  description: "The data of a Kubernetes Secret is marked secret, so that Pulumi encrypts it in its state.",
  remedy: "Make it with the class Secret of @pulumi/kubernetes, or name its data in additionalSecretOutputs.",
  level: "mandatory",
  type: SECRET,
  check: (secret, { options }) => {
    const bare = (["data", "stringData"] as const).find(
      (key) => key in secret && !options.additionalSecretOutputs.includes(key),
    );
    return bare && `Its ${bare} is not marked.`;
  },
};

type Props = Record<string, unknown>;

/** The properties of a resource in which a secret belongs, by its type. */
const PLACES: Record<string, string[]> = {
  [SECRET]: ["data", "stringData"],
  [APP]: ["clientSecret", "clientBasicSecret"],
  [PASSWORD]: ["result", "bcryptHash"],
  [STASH]: ["input", "output"],
};

export const standNowhereElse: StackRule = {
  name: "secrets-stand-where-they-belong",
  description:
    "No secret value of the stack stands in a ConfigMap, an annotation, a Deployment, an output or anywhere else where it can be read, in whatever encoding.",
  remedy: "Take it out and change the secret: it has been seen.",
  level: "mandatory",
  checkStack: (resources) => {
    // Client IDs and the IDs of keys stand in the Secret too, and are sent through browsers or published.
    const open = resources
      .filter(({ type }) => type === APP)
      .flatMap(({ props }) => [read(props, "clientId"), ...keyIds(props)]);
    const secrets = resources.flatMap(({ type, name, props }) =>
      secretsOf(type, props)
        .filter((value) => value.length >= SHORTEST && !open.includes(value))
        .map((value) => ({ forms: encodings(value), of: `${type} ${name}` })),
    );
    return resources.flatMap(({ urn, type, props }) => {
      const places = PLACES[type] ?? [];
      return texts(props, "")
        .filter(({ path }) => !places.includes(path.split(".")[0]!))
        .flatMap(({ path, text }) => {
          const secret = secrets.find(({ forms }) => forms.some((form) => text.includes(form)));
          if (!secret) return [];
          // A key may be the secret itself.
          const place = secret.forms.some((form) => path.includes(form)) ? path.split(".")[0] : path;
          return [{ urn, violation: `${place} holds a secret of ${secret.of}.` }];
        });
    });
  },
};

const keyIds = (app: Props): unknown[] =>
  ifKnown(
    () => ((app.jwks ?? []) as { kid?: string }[]).map(({ kid }) => kid),
    () => [],
  );

function secretsOf(type: string, props: Props): string[] {
  return (PLACES[type] ?? []).flatMap((place) => {
    const value = read(props, place);
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null) return [];
    const values = Object.keys(value).flatMap((key) => read(value as Props, key) ?? []) as string[];
    return place === "data" ? values.map((each) => Buffer.from(each, "base64").toString()) : values;
  });
}

interface Text {
  path: string;
  text: string;
}

/** Each text in a value, keys included. What a preview does not know yet, the update does. */
function texts(value: unknown, path: string): Text[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const below = path ? `${path}.${key}` : key;
    return [{ path: below, text: key }, ...texts(read(value as Props, key), below)];
  });
}

const read = (props: Props, key: string) =>
  ifKnown(
    () => props[key],
    () => undefined,
  );

/** How a text may stand in another one: as it is, percent-encoded, in hexadecimal, or in base64 together with others. */
function encodings(value: string): string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((shift) =>
    (["base64", "base64url"] as const).map((encoding) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .replace(/=+$/, "");
      // The letters at both ends hold bits of what stands beside it.
      const start = Math.ceil((shift * 8) / 6);
      return encoded.slice(start, Math.floor(((shift + bytes.length) * 8) / 6));
    }),
  );
  const hex = bytes.toString("hex");
  return [...new Set([value, encodeURIComponent(value), hex, hex.toUpperCase(), ...base64])];
}
