import { changeLines } from "../drift/describe";
import type { Adoption } from "./adoption";
import type { Plan } from "./plan";

/** What goes under management and what comes of it, as a person reads it in a terminal. */
export function describe({ stack, app, server, changes, disruptions, notes, objects }: Adoption): string {
  const section = (title: string, lines: string[]) => (lines.length > 0 ? ["", title, ...lines] : []);
  return [
    `The app ${app.label} (${app.id}, client ID ${app.clientId}) goes under the management of ${stack}.`,
    ...(server ? [`The authorization server ${server.name} (${server.id}) goes with it.`] : []),
    ...section(
      "What the next update does to people:",
      disruptions.map(({ kind, message }) => `  ${kind}: ${message}`),
    ),
    ...section(
      "To be known:",
      notes.map((note) => `  ${note}`),
    ),
    ...section("All that the next update changes:", changes.flatMap(changeLines)),
    ...objects.flatMap(({ object, lines }) =>
      section(
        `${object}, which becomes the stack's:`,
        lines.map((line) => `  ${line}`),
      ),
    ),
    ...section("What is to stay has a key:", [
      "  redirectUris for further redirect URIs, keepAssignments for the groups of others, authModule for a portal without",
      "  PKCE, session for the lifetimes. Set it in the stack's file, and run this again.",
    ]),
  ].join("\n");
}

/** What is to be done after the adoption. */
export function nextSteps(stack: string, { secretVersion }: Plan): string[] {
  return [
    `pulumi preview --stack ${stack}    # as foreseen above`,
    `pulumi up --stack ${stack}`,
    `npm run verify -- --stack ${stack}`,
    ...(secretVersion === undefined
      ? []
      : [`npm run rotate -- --stack ${stack} --client-secret    # retires the secret that people know`]),
  ];
}
