import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Checkout } from "./support/checkout";
import { TestStack } from "./support/stack";
import { runJob } from "./support/workflow";

jest.setTimeout(300_000);

const temp = mkdtempSync(join(tmpdir(), "github-"));
const bin = resolve(__dirname, "fixtures/bin");
let checkout: Checkout;
let stack: TestStack;
let env: Record<string, string>;

beforeAll(async () => {
  checkout = new Checkout();
  await checkout.init();
  stack = await TestStack.make();
  env = { STACK: stack.name, PULUMI_OPTION_CONFIG_FILE: stack.configFile };
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
  rmSync(temp, { recursive: true });
});

const redirectUris = async () => (await stack.app()).settings.oauthClient.redirect_uris;
const uri = (host: string) => `https://${host}.acme.example/api/auth/okta/handler/frame`;

it("deploys, and fails when sign-in does not work: here no portal runs", async () => {
  const { steps, summary } = await runJob(checkout.folder, "deploy.yml", "dev", { env });
  expect(steps).toEqual([
    { name: "Write the kubeconfig", exitCode: 0 },
    { name: "Bring it up", exitCode: 0 },
    { name: "Verify sign-in", exitCode: 1 },
  ]);
  expect(summary).toMatch(/Deployment/);
  expect(await redirectUris()).toEqual([uri(stack.name)]);
});

describe("a pull request", () => {
  const file = join(temp, "github.json");
  const github = () => JSON.parse(readFileSync(file, "utf8")) as { comments: { body: string }[]; deleted: string[] };

  /** Runs a job of preview.yml for an event. */
  function run(job: string, labels: string[], action = "labeled") {
    const expressions = {
      "matrix.stack": stack.name,
      "github.token": "a token",
      "github.event.action": action,
      "github.event.pull_request.number": "7",
      "toJSON(github.event.pull_request.labels.*.name)": JSON.stringify(labels, undefined, 2),
      "runner.temp": temp,
    };
    const runner = {
      PATH: `${bin}:${process.env.PATH}`,
      GH_STATE: file,
      GITHUB_REPOSITORY: "acme/sso",
      GITHUB_SHA: main,
    };
    return runJob(checkout.folder, "preview.yml", job, { expressions, env: { ...env, ...runner }, runnerTemp: temp });
  }

  let main: string;
  beforeAll(async () => {
    main = await checkout.git("rev-parse", "HEAD");
    stack.configure({ portalUrl: "https://moved.acme.example" });
    // What the second checkout action makes: a branch that would let everything pass.
    const change = join(checkout.folder, "change");
    await checkout.git("clone", "--quiet", checkout.folder, change);
    symlinkSync(join(checkout.folder, "node_modules"), join(change, "node_modules"));
    writeFileSync(join(change, "ops/pr-check.ts"), "process.exit(0);\n");
    writeFileSync(join(change, "policy/rules.ts"), "export const rules = [];\n");
    writeFileSync(join(change, "register.js"), "process.exit(0);\n");
    const manifest = JSON.parse(readFileSync(join(change, "package.json"), "utf8")) as { scripts: object };
    manifest.scripts = { ...manifest.scripts, "pr-check": "true" };
    writeFileSync(join(change, "package.json"), JSON.stringify(manifest));
    await checkout.git("-C", change, "commit", "--quiet", "--all", "--message", "Let me pass");
  });

  it("is judged by main, and not by what it brings along, nor by what was allowed before its new commits", async () => {
    const labels = ["bug", "allow:redirect-uri-removed", "allow:a b"];
    const { steps, summary } = await run("pr-check", labels, "synchronize");
    expect(steps).toEqual([
      { name: "Judge by main what would be on main", exitCode: 0 },
      { name: "Write the kubeconfig", exitCode: 0 },
      { name: "Preview", exitCode: 1 },
      { name: "Show the summary", exitCode: 0 },
    ]);
    expect(summary).toContain("redirect-uri-removed");
    await run("labels", labels, "synchronize");
    expect(github().deleted).toEqual([
      "repos/acme/sso/issues/7/labels/allow%3Aredirect-uri-removed",
      "repos/acme/sso/issues/7/labels/allow%3Aa%20b",
    ]);
  });

  it("is commented on, once, and lets pass what its labels allow, whatever else they say", async () => {
    await run("comment", []);
    expect(github().comments[0]?.body).toContain("not to be merged as it is");

    const labels = ["good first issue", "*", "allow:--no-check", "allow:redirect-uri-removed"];
    const allowed = await run("pr-check", labels);
    expect(allowed.steps.at(-2)).toEqual({ name: "Preview", exitCode: 0 });
    await run("comment", []);
    expect(github().comments).toHaveLength(1);
    expect(github().comments[0]?.body).toContain("may be merged");
  });
});

it("finds what was not deployed, deploys it, and rolls it back", async () => {
  const expressions = { "matrix.stack": stack.name };
  const drift = await runJob(checkout.folder, "drift.yml", "drift", { expressions, env });
  expect(drift.steps.at(-1)).toEqual({ name: "Look for drift", exitCode: 1 });
  expect(drift.summary).toContain("never brought up");

  await runJob(checkout.folder, "deploy.yml", "dev", { env });
  expect(await redirectUris()).toEqual([uri("moved")]);

  const inputs = { "inputs.stack": stack.name, "inputs.version": "" };
  const rollback = await runJob(checkout.folder, "rollback.yml", "rollback", { expressions: inputs, env });
  expect(rollback.output).toMatch(/is back at version 1/);
  expect(await redirectUris()).toEqual([uri(stack.name)]);
});
