import { APP, CONFIG_MAP, PASSWORD, SECRET, type Secret } from "./resources";
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

/** The values of a resource that are secret, by its type. */
const SECRETS: Record<string, (props: Record<string, unknown>) => unknown[]> = {
  [SECRET]: ({ data = {}, stringData = {} }) => [
    ...Object.values(data as Record<string, string>).map((value) => Buffer.from(value, "base64").toString()),
    ...Object.values(stringData as Record<string, string>),
  ],
  [APP]: ({ clientSecret }) => [clientSecret],
  [PASSWORD]: ({ result }) => [result],
};

export const areInNoConfigMap: StackRule = {
  name: "config-map-holds-no-secret",
  description:
    "No secret value of the stack stands in a ConfigMap, which anybody with access to the namespace can read.",
  remedy: "Take it out and change the secret: it has been seen.",
  level: "mandatory",
  checkStack: (resources) => {
    // What a preview does not know yet, the update does.
    const known = <T>(read: () => T[]) => ifKnown(read, () => []);
    const secrets = resources.flatMap(({ type, name, props }) =>
      known(() => SECRETS[type]?.(props) ?? [])
        .filter((value): value is string => typeof value === "string" && value.length >= SHORTEST)
        .map((value) => ({ value, of: `${type} ${name}` })),
    );
    const secretIn = (text: string) =>
      secrets.find(({ value }) => text.includes(value) || text.includes(Buffer.from(value).toString("base64")));
    return resources
      .filter(({ type }) => type === CONFIG_MAP)
      .flatMap(({ urn, props }) =>
        known(() => Object.entries((props.data ?? {}) as Record<string, string>)).flatMap(([key, text]) => {
          const secret = secretIn(text);
          return secret ? [{ urn, violation: `${key} holds a secret of ${secret.of}.` }] : [];
        }),
      );
  },
};
