import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import manifest from "../../package.json";

interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  concurrency?: { group: string };
  jobs: Record<string, { concurrency?: { group: string }; environment?: string; permissions?: object }>;
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

it.each(workflows)("%s may read the repository, and nothing more unless a job says so", (name) => {
  expect(workflow(name).permissions).toEqual({ contents: "read" });
});

it("never runs a pull request's code with the repository's own secrets", () => {
  for (const name of workflows) expect(workflow(name).on).not.toHaveProperty("pull_request_target");
  const preview = text("workflows/preview.yml");
  const environments = Object.values(workflow("preview").jobs).map(({ environment }) => environment);
  expect(environments).toEqual([undefined, "${{ matrix.stack }}-read"]);
  expect(preview).toContain("github.event.pull_request.head.repo.full_name == github.repository");
});

it("lets what changes a stack take turns", () => {
  const { dev, prod } = workflow("deploy").jobs;
  expect([dev?.concurrency?.group, prod?.concurrency?.group]).toEqual(["stack-dev", "stack-prod"]);
  expect(workflow("rollback").concurrency?.group).toBe("stack-${{ inputs.stack }}");
});
