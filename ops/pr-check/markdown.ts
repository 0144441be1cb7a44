import { OVERLAY_FILE } from "../../components/portal";
import type { Change, Property } from "../change";
import { plainText, quoted } from "../plainText";
import type { Report, StackReport } from "./report";

const VERDICTS = {
  0: "may be merged",
  1: "not to be merged as it is",
  2: "could not tell",
};

/** The report for people, as GitHub shows Markdown: what stops it is in red. */
export function markdown(report: Report): string {
  const { failure, check, stacks } = report;
  return [
    `## Single sign-on: ${VERDICTS[report.exitCode]}`,
    ...(failure ? [alert("CAUTION", fenced(failure))] : []),
    ...(check?.passed === false ? [alert("CAUTION", `\`npm run check\` fails:\n\n${fenced(check.output ?? "")}`)] : []),
    ...stacks.flatMap(stackSection),
    ...(failure
      ? []
      : [`Lint, types and unit tests: ${check ? (check.passed ? "passed" : "failed") : "not run here"}.`]),
  ].join("\n\n");
}

function stackSection(report: StackReport): string[] {
  const { stack, changes, disruptions, overlay, violations, warnings, failure } = report;
  const refused = disruptions.filter(({ allowed }) => !allowed);
  const allowed = disruptions.filter(({ allowed }) => allowed);
  const kinds = [...new Set(refused.map(({ kind }) => kind))].join(" ");
  // A disruption's message is a sentence of ours, with what is from elsewhere between backquotes.
  const sentences = (list: typeof disruptions, prefix = "") =>
    list.map(({ kind, message }) => `${prefix}**${kind}**: ${message}`);
  return [
    `### ${quoted(stack)}: ${count(changes, failure !== undefined)}`,
    ...(failure === undefined ? [] : [alert("CAUTION", `The preview failed.\n\n${fenced(failure)}`)]),
    ...alerts(
      "CAUTION",
      policies(violations, (each) => each.mandatory),
    ),
    ...alerts("CAUTION", refused.length ? [...sentences(refused), `If this is meant: \`--allow ${kinds}\``] : []),
    ...alerts("NOTE", sentences(allowed, "Allowed: ")),
    ...alerts("WARNING", [...policies(violations, (each) => !each.mandatory), ...warnings.map((text) => fenced(text))]),
    ...(changes.length ? [table(changes)] : []),
    ...(overlay ? [`The overlay, ${quoted(OVERLAY_FILE)}:\n\n${fenced(overlay, "diff")}`] : []),
  ];
}

type Violation = StackReport["violations"][number];

const policies = (violations: Violation[], which: (violation: Violation) => boolean) =>
  violations
    .filter(which)
    .map(
      ({ policy, resource, message }) =>
        `**policy ${policy}**${resource ? ` at ${quoted(resource)}` : ""}:\n\n${fenced(message)}`,
    );

function count(changes: Change[], failed: boolean): string {
  if (changes.length === 0) return failed ? "no preview" : "nothing changes";
  const operations = [...new Set(changes.map(({ operation }) => operation))];
  const counts = operations.map((name) => `${changes.filter(({ operation }) => operation === name).length} to ${name}`);
  return counts.join(", ");
}

function table(changes: Change[]): string {
  const rows = changes.map(
    ({ resource, operation, properties }) =>
      `| ${cell(resource)} | ${operation} | ${properties.map(property).join("<br>")} |`,
  );
  return ["| resource | operation | properties |", "| --- | --- | --- |", ...rows].join("\n");
}

function property(change: Property): string {
  const value = (name: "from" | "to") => [change[name] ?? []].flat().map(cell).join(", ") || "nothing";
  return cell(change.path) + ("from" in change || "to" in change ? `: ${value("from")} → ${value("to")}` : "");
}

/** A value in a table, whose cells a bar would end. */
const cell = (value: unknown) => quoted(value).replaceAll("|", "\\|");

const alerts = (kind: Alert, texts: string[]): string[] => (texts.length ? [alert(kind, texts.join("\n\n"))] : []);

type Alert = "CAUTION" | "WARNING" | "NOTE";

// https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
function alert(kind: Alert, text: string): string {
  return [`[!${kind}]`, ...text.split("\n")].map((line) => `> ${line}`.trimEnd()).join("\n");
}

/** Text from elsewhere as it stands: nothing in it is Markdown or HTML. */
const fenced = (text: string, language = "text") =>
  `\`\`\`${language}\n${plainText(text).replaceAll("```", "'''")}\n\`\`\``;
