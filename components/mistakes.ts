import * as pulumi from "@pulumi/pulumi";
import { CONFIG_MISTAKE } from "./marks";

/** Before each key of this project in a stack's config. */
export const CONFIG_NAMESPACE = "backstage-okta-sso:";

/** Something in the config that cannot work: where, the value as given, and what is wrong with it and what to do. */
export interface Mistake {
  /** The key as `pulumi config set --path` takes it, without the project's namespace. */
  key: string;
  value: unknown;
  remedy: string;
  /** Whether it is only that Okta or the cluster did not answer, so that nobody knows if the value is right. */
  unanswered?: true;
}

/**
 * Ends the program with all mistakes as a person reads them, without a stack trace, with no value that is secret in the
 * config, and no password in a URL.
 */
export function refusal(mistakes: Mistake[]): pulumi.RunError {
  return new pulumi.RunError(describe(mistakes));
}

/** Whether the stack's file has a key's value, or a part of it, encrypted: the engine tells the SDK which those are. */
export function isSecret(key: string): boolean {
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
  return secrets.includes(CONFIG_NAMESPACE + key);
}

function describe(mistakes: Mistake[]): string {
  const lines = mistakes.map(({ key, value, remedy }) => {
    const shown = isSecret(key.split(/[.[]/)[0] ?? "")
      ? "[secret]"
      : JSON.stringify(value)?.replace(/\/\/[^/@]*@/, "//***@");
    const given = value === undefined || value === "" ? "" : ` ${shown}`;
    return `  ${CONFIG_NAMESPACE}${key}${given} ${remedy}`;
  });
  // Where all that is wrong is that somebody did not answer, the config may well be right.
  if (mistakes.every(({ unanswered }) => unanswered)) {
    return [`the config of stack ${pulumi.getStack()} could not be checked. Nothing was changed.`, ...lines].join("\n");
  }
  const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  return [
    `${CONFIG_MISTAKE}: the config of stack ${pulumi.getStack()} has ${count}. Nothing was changed.`,
    ...lines,
    `Correct it with \`pulumi config set KEY VALUE\` (--path for a key inside another), or in Pulumi.${pulumi.getStack()}.yaml.`,
  ].join("\n");
}
