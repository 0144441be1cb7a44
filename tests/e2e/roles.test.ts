import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { kubectl, run } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

const DOCS = resolve(__dirname, "../../docs");
const NAMESPACE = /backstage-dev/g;

interface Manifest {
  kind: string;
  metadata: { name: string };
  rules?: unknown[];
}

const manifests = (file: string) =>
  parseAllDocuments(readFileSync(join(DOCS, file), "utf8")).map((document) => document.toJS() as Manifest);

const folder = mkdtempSync(join(tmpdir(), "roles-"));
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.make();
  const roles = readFileSync(join(DOCS, "kubernetes-roles.yaml"), "utf8").replace(NAMESPACE, stack.namespace);
  await run("kubectl", ["apply", "-f", "-"], { input: roles });
  await kubectl("create", "secret", "generic", "other", "-n", stack.namespace, "--from-literal", "password=hunter2");
});
afterAll(async () => {
  await stack.dispose();
  rmSync(folder, { recursive: true });
});

/** The environment of somebody who has nothing but a service account's token. */
async function as(account: string): Promise<{ KUBECONFIG: string }> {
  const token = await kubectl("create", "token", account, "-n", stack.namespace);
  const file = join(folder, account);
  writeFileSync(file, await kubectl("config", "view", "--raw", "--minify", "--flatten"));
  const env = { KUBECONFIG: file };
  await run("kubectl", ["config", "unset", "users"], { env });
  await run("kubectl", ["config", "set-credentials", account, "--token", token], { env });
  await run("kubectl", ["config", "set-context", "--current", "--user", account], { env });
  return env;
}

async function isForbidden(env: { KUBECONFIG: string }, ...args: string[]): Promise<void> {
  const { stderr, exitCode } = await run("kubectl", [...args, "-n", stack.namespace], { env, reject: false });
  expect(stderr).toMatch(/forbidden/i);
  expect(exitCode).not.toBe(0);
}

it("lets the account for deploys bring a stack up from nothing and change it, and nothing else", async () => {
  const env = await as("sso-deploy");
  await stack.pulumi(["up", "--yes", "--skip-preview"], { env });
  stack.configure({ environment: "staging" });
  await stack.pulumi(["up", "--yes"], { env });
  expect(await stack.overlay()).toContain("environment: staging");
  await isForbidden(env, "get", "secret", "other");
  await isForbidden(env, "get", "secrets");
  await isForbidden(env, "create", "configmap", "another");
  await isForbidden(env, "patch", "deployment", "another", "--patch", "{}");
});

it("lets the account for removal take a stack away, and change nothing of others", async () => {
  await stack.up();
  const env = await as("sso-remove");
  await stack.pulumi(["destroy", "--yes", "--skip-preview"], { env });
  expect(await stack.state()).toEqual([]);
  await isForbidden(env, "delete", "secret", "other");
  await isForbidden(env, "patch", "secret", "other", "--patch", "{}");
});

it("lets the account for previews say that nothing changes, and change nothing", async () => {
  await stack.up();
  const env = await as("sso-preview");
  const { stdout } = await stack.pulumi(["preview", "--expect-no-changes"], { env });
  expect(stdout).toMatch(/\d+ unchanged/);
  await isForbidden(env, "get", "secret", "other");
  await isForbidden(env, "get", "pods");
  await isForbidden(env, "patch", "configmap", "backstage-okta", "--patch", '{"data": {"a": "b"}}');
  await isForbidden(env, "delete", "secret", "backstage-okta");
});

it("gives the operator what deploys have", () => {
  const rules = (file: string, name: string) =>
    manifests(file).find((each) => each.kind === "Role" && each.metadata.name === name)?.rules;
  expect(rules("kubernetes-operator.yaml", "backstage-okta-sso")).toEqual(rules("kubernetes-roles.yaml", "sso-deploy"));
});
