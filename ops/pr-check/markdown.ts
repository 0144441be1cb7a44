import type { Change, Property } from "../change";
import type { Report, StackReport } from "./report";

const VERDICTS = {
  0: "may be merged",
  1: "not to be merged as it is",
  2: "could not tell",
};

/** The report for people, as GitHub shows Markdown: what hurts is in red. */
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
  const { stack, changes, hurts, violations, warnings, failure } = report;
  const refused = hurts.filter(({ allowed }) => !allowed);
  const allowed = hurts.filter(({ allowed }) => allowed);
  const vetoes = violations.filter(({ mandatory }) => mandatory);
  const advice = violations.filter(({ mandatory }) => !mandatory);
  const lines = (list: { kind: string; message: string }[]) =>
    list.map(({ kind, message }) => `**${kind}**: ${message}`);
  const policies = (list: typeof violations) =>
    list.map(
      ({ policy, resource, message }) => `**policy ${policy}**${resource ? ` at ${code(resource)}` : ""}: ${message}`,
    );
  const kinds = [...new Set(refused.map(({ kind }) => kind))].join(" ");
  return [
    `### ${code(stack)}: ${count(changes, failure !== undefined)}`,
    ...(failure === undefined ? [] : [alert("CAUTION", `The preview failed.\n\n${fenced(failure)}`)]),
    ...(vetoes.length ? [alert("CAUTION", policies(vetoes).join("\n\n"))] : []),
    ...(refused.length
      ? [alert("CAUTION", [...lines(refused), `If this is meant: \`--allow ${kinds}\``].join("\n\n"))]
      : []),
    ...(allowed.length
      ? [
          alert(
            "NOTE",
            lines(allowed)
              .map((line) => `Allowed: ${line}`)
              .join("\n\n"),
          ),
        ]
      : []),
    ...(advice.length || warnings.length ? [alert("WARNING", [...policies(advice), ...warnings].join("\n\n"))] : []),
    ...(changes.length ? [table(changes)] : []),
  ];
}

function count(changes: Change[], failed: boolean): string {
  if (changes.length === 0) return failed ? "no preview" : "nothing changes";
  const operations = [...new Set(changes.map(({ operation }) => operation))];
  const counts = operations.map((name) => `${changes.filter(({ operation }) => operation === name).length} to ${name}`);
  return counts.join(", ");
}

function table(changes: Change[]): string {
  const rows = changes.map(
    ({ resource, operation, properties }) =>
      `| ${code(resource)} | ${operation} | ${properties.map(property).join("<br>")} |`,
  );
  return ["| resource | operation | properties |", "| --- | --- | --- |", ...rows].join("\n");
}

function property(change: Property): string {
  const value = (name: "from" | "to") => [change[name] ?? []].flat().map(code).join(", ") || "nothing";
  return code(change.path) + ("from" in change || "to" in change ? `: ${value("from")} → ${value("to")}` : "");
}

/** A value as Markdown code, in a line or in a table's cell. */
export function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|").replaceAll(/\s+/g, " ")}\``;
}

// https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
function alert(kind: "CAUTION" | "WARNING" | "NOTE", text: string): string {
  return [`[!${kind}]`, ...text.split("\n")].map((line) => `> ${line}`.trimEnd()).join("\n");
}

const fenced = (text: string) => `\`\`\`text\n${text.replaceAll("```", "'''")}\n\`\`\``;
