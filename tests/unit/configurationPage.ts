import { type ConfigKey, configKeys } from "../../components/configSchema";

/** A key's description as Pulumi.yaml has it. */
export function descriptionOf({ required, description, defaultText }: ConfigKey): string {
  return `${required ? "Required. " : ""}${description}${defaultText ? `. Default: ${defaultText}` : ""}`;
}

/** The keys as docs/configuration.md has them: a heading a key. */
export function configurationPage(): string {
  return Object.entries<ConfigKey>(configKeys)
    .map(([name, key]) => {
      const example = key.example ? ` Example: \`${key.example}\`.` : "";
      return `### ${name}\n\n\`${key.type}\`, ${defaultOf(key)}. ${key.description}.${example}`;
    })
    .join("\n\n");
}

function defaultOf({ required, defaultText, default: value }: ConfigKey): string {
  if (required) return "required";
  if (defaultText) return `default ${defaultText === "none" ? "none" : `\`${defaultText}\``}`;
  return `default \`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
