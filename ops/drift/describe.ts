import type { Change } from "../change";
import { plainText } from "../plainText";
import type { Drift } from "./findDrift";

/** The drift as a person reads it in a terminal. */
export function describe({ changedByHand, notBroughtUp, disruptions, warnings, remedies }: Drift): string {
  const section = (title: string, lines: string[]) => (lines.length > 0 ? [title, ...lines] : []);
  return plainText(
    [
      ...section("Changed by somebody else since the last update:", changedByHand.flatMap(changeLines)),
      ...section(
        "What that does to people:",
        disruptions.map(({ kind, message }) => `  ${kind}: ${message}`),
      ),
      ...section("In the checkout or the config, but never brought up:", notBroughtUp.flatMap(changeLines)),
      ...section(
        "No drift, but to be seen to:",
        warnings.map((warning) => `  ${warning}`),
      ),
      ...section(
        "To put it right:",
        remedies.flatMap(({ text, commands }) => [`  ${text}`, ...commands.map((command) => `    ${command}`)]),
      ),
    ].join("\n"),
  );
}

/** A change in lines of its own. */
export function changeLines({ resource, operation, properties }: Change): string[] {
  return [
    `  ${resource}: ${operation}`,
    ...properties.map(({ path, from, to }) =>
      from === undefined && to === undefined ? `    ${path}` : `    ${path}: ${value(from)} → ${value(to)}`,
    ),
  ];
}

const value = (shown: unknown) => JSON.stringify(shown) ?? "nothing";
