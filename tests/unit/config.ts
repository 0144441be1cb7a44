import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(__dirname, "../..");

const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
  config: Record<string, { default?: unknown; value?: unknown }>;
};

/** The project's own config keys, as Pulumi.yaml declares them. */
export const declared = Object.fromEntries(Object.entries(project.config).filter(([key]) => !key.includes(":")));

/** Config as the engine hands it to the program: the project's defaults, then the given values, all as text. */
export function config(values: Record<string, unknown> = {}): Record<string, string> {
  const defaults = Object.fromEntries(Object.entries(declared).map(([key, { default: value }]) => [key, value]));
  const all = { ...defaults, ...values };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** The values of a committed stack file, by key without the namespace. */
export function stackFile(stack: string): Record<string, unknown> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace("backstage-okta-sso:", ""), value]),
  );
}
