import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Checkout } from "./checkout";
import { TestStack } from "./stack";
import { runJob } from "./workflow";

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

it("comments on a pull request, once, and lets pass what its labels allow", async () => {
  stack.configure({ portalUrl: "https://moved.acme.example" });
  const file = join(temp, "comments.json");
  const preview = async (labels: string) => {
    const expressions = {
      "matrix.stack": stack.name,
      "github.token": "a token",
      "github.event.pull_request.number": "7",
      "join(github.event.pull_request.labels.*.name, ' ')": labels,
    };
    const path = { PATH: `${bin}:${process.env.PATH}`, GH_COMMENTS: file, GITHUB_REPOSITORY: "acme/sso" };
    const result = await runJob(checkout.folder, "preview.yml", "pr-check", { expressions, env: { ...env, ...path } });
    return { ...result, comments: JSON.parse(readFileSync(file, "utf8")) as { body: string }[] };
  };

  const refused = await preview("bug");
  expect(refused.steps).toEqual([
    { name: "Write the kubeconfig", exitCode: 0 },
    { name: "Preview", exitCode: 1 },
    { name: "Show the summary", exitCode: 0 },
  ]);
  expect(refused.summary).toContain("**redirect-uri-removed**");
  expect(refused.comments).toHaveLength(1);
  expect(refused.comments[0]?.body).toContain("not to be merged as it is");

  const allowed = await preview("bug allow:redirect-uri-removed");
  expect(allowed.steps.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(allowed.comments).toHaveLength(1);
  expect(allowed.comments[0]?.body).toContain("may be merged");
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
