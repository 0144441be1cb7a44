import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import manifest from "../../package.json";

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: { group: string };
  jobs: Record<string, { concurrency?: { group: string }; environment?: string; if?: string; permissions?: object }>;
}

const github = resolve(__dirname, "../../.github");
const files = readdirSync(github, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yml"));
const text = (file: string) => readFileSync(join(github, file), "utf8");
const workflow = (name: string) => parse(text(`workflows/${name}.yml`)) as Workflow;
const workflows = readdirSync(join(github, "workflows")).map((file) => file.replace(".yml", ""));

it.each(files)("%s pins each action of others by commit, and says which version that is", (file) => {
  for (const [, action] of text(file).matchAll(/uses: (.*)/g)) {
    expect(action).toMatch(/^(\.\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  }
});

it.each(files)("%s runs only npm commands that there are", (file) => {
  for (const [, script] of text(file).matchAll(/npm run -s ([\w-]+)/g)) {
    expect(Object.keys(manifest.scripts)).toContain(script);
  }
});

it("installs the Pulumi that the SDK is for", () => {
  const [, version] = /pulumi-version: (\S+)/.exec(text("actions/prepare/action.yml")) ?? [];
  expect(version).toBe(manifest.dependencies["@pulumi/pulumi"]);
});

it.each(workflows)("%s may read the repository at most, unless a job says more", (name) => {
  expect([{}, { contents: "read" }]).toContainEqual(workflow(name).permissions);
});

it("runs a pull request's code with credentials that read alone, and a fork's with none", () => {
  // By this event the workflow is main's, and not one that the pull request brings along.
  const judging = workflows.filter((name) => "pull_request_target" in workflow(name).on);
  expect(judging).toEqual(["preview"]);
  const { "pr-check": prCheck, ...others } = workflow("preview").jobs;
  expect(prCheck?.environment).toBe("${{ matrix.stack }}-read");
  expect(prCheck?.permissions).toEqual({ contents: "read" });
  expect(prCheck?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  expect(prCheck?.if).toContain("github.event.pull_request.user.login != 'dependabot[bot]'");
  for (const job of Object.values(others)) {
    expect(job.environment).toBeUndefined();
    expect(JSON.stringify(job)).not.toMatch(/secrets\.|pull_request\.head\.sha/);
  }
});

it("lets what changes a stack take turns", () => {
  const { dev, prod } = workflow("deploy").jobs;
  expect([dev?.concurrency?.group, prod?.concurrency?.group]).toEqual(["stack-dev", "stack-prod"]);
  expect(workflow("rotate").jobs.rotate?.concurrency?.group).toBe("stack-${{ matrix.stack }}");
  expect(workflow("rollback").concurrency?.group).toBe("stack-${{ inputs.stack }}");
});
