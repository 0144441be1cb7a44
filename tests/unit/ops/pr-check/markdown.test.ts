import { markdown } from "../../../../ops/pr-check/markdown";
import type { Report, StackReport } from "../../../../ops/pr-check/report";

const dev: StackReport = {
  stack: "dev",
  exitCode: 0,
  changes: [],
  disruptions: [],
  violations: [],
  warnings: [],
};
const report = (stack: Partial<StackReport>, rest: Partial<Report> = {}) =>
  markdown({ exitCode: 0, check: { passed: true }, stacks: [{ ...dev, ...stack }], ...rest });

it("says that nothing changes", () => {
  expect(report({})).toBe(
    ["## Single sign-on: may be merged", "### `dev`: nothing changes", "Lint, types and unit tests: passed."].join(
      "\n\n",
    ),
  );
});

it("has a row for each resource, with the values that are short", () => {
  const text = report({
    changes: [
      {
        resource: "okta.app.OAuth backstage",
        operation: "update",
        properties: [{ path: "label", from: "a|b", to: "c" }],
      },
      {
        resource: "okta.auth.Server backstage",
        operation: "replace",
        properties: [{ path: "scopes", from: undefined, to: ["a", "b"] }, { path: "secret" }],
      },
    ],
  });
  expect(text).toContain("### `dev`: 1 to update, 1 to replace");
  expect(text).toContain("| `okta.app.OAuth backstage` | update | `label`: `a\\|b` → `c` |");
  expect(text).toContain("| `okta.auth.Server backstage` | replace | `scopes`: nothing → `a`, `b`<br>`secret` |");
});

it("puts what is not allowed in red, with the flags that allow it, each once", () => {
  const text = report({
    disruptions: [
      { kind: "redirect-uri-removed", message: "One is gone.", allowed: false },
      { kind: "redirect-uri-removed", message: "Another is gone.", allowed: false },
      { kind: "sessions-end", message: "They end.", allowed: false },
      { kind: "portal-restart", message: "It restarts.", allowed: true },
    ],
  });
  expect(text).toContain(
    [
      "> [!CAUTION]",
      "> **redirect-uri-removed**: One is gone.",
      ">",
      "> **redirect-uri-removed**: Another is gone.",
      ">",
      "> **sessions-end**: They end.",
      ">",
      "> If this is meant: `--allow redirect-uri-removed sessions-end`",
    ].join("\n"),
  );
  expect(text).toContain("> [!NOTE]\n> Allowed: **portal-restart**: It restarts.");
});

it("tells a policy's veto from its advice", () => {
  const violation = { policy: "https-only", message: "Use https.", resource: "okta.app.OAuth backstage" };
  expect(report({ violations: [{ ...violation, mandatory: true }] })).toContain(
    "> [!CAUTION]\n> **policy https-only** at `okta.app.OAuth backstage`:\n>\n> ```text\n> Use https.\n> ```",
  );
  expect(report({ violations: [{ ...violation, mandatory: false }], warnings: ["old"] })).toContain(
    "> [!WARNING]\n> **policy https-only** at `okta.app.OAuth backstage`:\n>\n> ```text\n> Use https.\n> ```\n>\n> ```text\n> old\n> ```",
  );
});

it("shows why there is no preview, and what the check said", () => {
  const text = report({ failure: "oops\n  ``` at" }, { exitCode: 1, check: { passed: false, output: "1 error" } });
  expect(text).toContain("## Single sign-on: not to be merged as it is");
  expect(text).toContain("### `dev`: no preview");
  expect(text).toContain("> The preview failed.\n>\n> ```text\n> oops\n>   ''' at\n> ```");
  expect(text).toContain("> `npm run check` fails:\n>\n> ```text\n> 1 error\n> ```");
});

it("says that nothing could be looked at", () => {
  const text = markdown({ exitCode: 2, failure: "Run `npm ci`.", stacks: [] });
  expect(text).toBe("## Single sign-on: could not tell\n\n> [!CAUTION]\n> ```text\n> Run `npm ci`.\n> ```");
});

it("shows how the overlay changes", () => {
  expect(report({ overlay: "  auth:\n-   a: 1\n+   a: 2" })).toContain(
    "The overlay, `app-config.okta.yaml`:\n\n```diff\n  auth:\n-   a: 1\n+   a: 2\n```",
  );
});

it("lets nothing from elsewhere act as Markdown, HTML or an escape sequence", () => {
  const evil = "a`b | <img src=x> @team\n```\n# c \u001b[31m\u009b2J";
  const text = report({
    stack: evil,
    failure: evil,
    warnings: [evil],
    violations: [{ policy: "p", mandatory: true, resource: evil, message: evil }],
    changes: [{ resource: evil, operation: "update", properties: [{ path: evil, from: evil, to: [evil] }] }],
    overlay: evil,
  });
  const literal = /```\w+\n[^]*?\n(> )?```|`[^`\n]+`/g;
  expect(text.match(literal)?.length).toBeGreaterThanOrEqual(10);
  expect(text.replaceAll(literal, "")).not.toMatch(/[`<@]|# c/);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u001b\u009b]/);
  expect(text).toContain("| `a'b \\| <img src=x> @team ''' # c` | update |");
});
