import * as client from "openid-client";
import { parse } from "yaml";
import type { CheckReport } from "../../ops/verify/check";
import type { Report } from "../../ops/verify/report";
import { Backstage, type BackstageOptions } from "./support/backstage";
import { Checkout } from "./support/checkout";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { kubectl, run } from "./support/sandbox";
import { signIn as signInToOkta } from "./support/signIn";
import { type OktaApp, TestStack } from "./support/stack";

// Each test has a real Backstage, and some restart it.
jest.setTimeout(300_000);

let okta: LocalOktaProcess;
/** How the Okta provider signs in to it. */
let signIn: Record<string, string>;
let stack: TestStack;
let backstage: Backstage;
let url: string;
let appId: string;
const checkout = new Checkout();

beforeAll(async () => {
  // An Okta of its own, since one of the tests takes it down.
  [url, okta] = await Promise.all([Backstage.freeUrl(), startLocalOkta()]);
  signIn = { OKTA_HTTP_PROXY: okta.url, OKTA_API_TOKEN: okta.credentials.apiToken };
  stack = await TestStack.make({ config: { portalUrl: url, oktaUrl: okta.url }, env: signIn });
  await stack.up();
  appId = (await stack.state()).find(({ type }) => type === "okta:app/oAuth:OAuth")!.id!;
  await kubectl("patch", "deployment", "backstage", "-n", stack.namespace, "--patch", JSON.stringify(USE_OF_BOTH));
  backstage = await startPortal();
});
afterAll(async () => {
  await backstage?.stop();
  await stack?.dispose();
  await okta?.stop();
  checkout.dispose();
});

it("passes a stack that works, and changes nothing", async () => {
  const before = [await stack.state(), await app()];
  const { report, exitCode } = await verify();
  expect(notOk(report)).toEqual([
    // The Deployment of this test runs no pods; Backstage is a process beside it.
    expect.objectContaining({ check: "Rollout", verdict: "warning" }),
  ]);
  expect(report.verdict).toBe("ok");
  expect(exitCode).toBe(0);
  expect([await stack.state(), await app()]).toEqual(before);
});

it("says that it could not tell when the cluster does not answer", async () => {
  const { report, exitCode } = await verify([], "", { KUBECONFIG: "/nowhere" });
  expect(problem(report, "Cluster").severity).toBe("unknown");
  expect(exitCode).toBe(2);
});

it("names a redirect URI that was changed in Okta, and a policy for all clients put in front of the stack's own, by hand", async () => {
  const changed = await app();
  changed.settings.oauthClient.redirect_uris = [`${Backstage.redirectUri(url)}/`];
  await okta.api("PUT", `/api/v1/apps/${changed.id}`, changed);
  const { id } = (await stack.state()).find(({ type }) => type === "okta:auth/server:Server")!;
  const collection = `/api/v1/authorizationServers/${id}/policies`;
  const { body } = await okta.api<{ id: string }>("POST", collection, {
    type: "OAUTH_AUTHORIZATION_POLICY",
    name: "Everybody",
    description: "Made by hand",
    priority: 1,
    conditions: { clients: { include: ["ALL_CLIENTS"] } },
  });

  const { report, exitCode } = await verify();
  expect(exitCode).toBe(1);
  expect(problem(report, "Okta accepts the app")).toEqual({
    severity: "failed",
    cause: expect.stringMatching(/^Mismatched redirect URIs in Okta\. Okta says: .*redirect_uri/) as string,
    remedy: expect.stringContaining(
      `ensure exact match with ${Backstage.redirectUri(url)} (no trailing slashes)`,
    ) as string,
  });
  expect(problem(report, "Access policies")).toEqual({
    severity: "failed",
    cause: expect.stringContaining(
      `the access policy "Everybody" (${body.id}), which is for all clients, is asked before the stack's own`,
    ) as string,
    remedy: expect.stringContaining("delete it") as string,
  });

  const withoutScope = await verify([], "", { OKTA_API_TOKEN: "wrong" });
  expect(problem(withoutScope.report, "Access policies").severity).toBe("unknown");
  await okta.api("DELETE", `${collection}/${body.id}`);
  await remedied("Okta accepts the app", "Access policies");
});

it("names the line of a ConfigMap that was edited by hand, and a Deployment that does not mount it", async () => {
  const edited = (await stack.overlay()).replace(/audience: .*/, "audience: https://other.okta.example");
  const patch = JSON.stringify({ data: { "app-config.okta.yaml": edited } });
  await kubectl("patch", "configmap", "backstage-okta", "-n", stack.namespace, "--type", "merge", "--patch", patch);
  const path = "/spec/template/spec/containers/0/volumeMounts";
  const patchDeployment = (operation: object) => {
    const patch = JSON.stringify([operation]);
    return kubectl("patch", "deployment", "backstage", "-n", stack.namespace, "--type", "json", "--patch", patch);
  };
  await patchDeployment({ op: "remove", path });

  const { report } = await verify();
  const failed = notOk(report).filter(({ verdict }) => verdict === "failed");
  expect(failed.map(({ check }) => check)).toEqual(["ConfigMap", "Deployment"]);
  expect(problem(report, "ConfigMap")).toEqual({
    severity: "failed",
    cause: expect.stringContaining(
      `"audience: https://other.okta.example", where the stack wrote "audience: ${okta.url}"`,
    ) as string,
    remedy: expect.stringMatching(/pulumi up --refresh.*audience is your Okta domain exactly/) as string,
  });
  expect(problem(report, "Deployment")).toEqual({
    severity: "failed",
    cause: "container backstage-backend does not mount ConfigMap backstage-okta",
    remedy: expect.stringContaining("volumeMount") as string,
  });
  await patchDeployment({ op: "add", path, value: USE_OF_BOTH.spec.template.spec.containers[0]?.volumeMounts });
  await remedied("ConfigMap", "Deployment");
});

it("says to the person who signs in that a policy denies it, when the email scope is taken from the access rule", async () => {
  const rule = (await stack.state()).find(({ type }) => type === "okta:auth/serverPolicyRule:ServerPolicyRule")!;
  const { authServerId, policyId } = rule.outputs as Record<string, string>;
  const path = `/api/v1/authorizationServers/${authServerId}/policies/${policyId}/rules/${rule.id}`;
  const { body } = await okta.api<{ id: string; conditions: { scopes: { include: string[] } } }>("GET", path);
  const without = body.conditions.scopes.include.filter((scope) => scope !== "email");
  await okta.api("PUT", path, { ...body, conditions: { ...body.conditions, scopes: { include: without } } });

  const { error } = await backstage.signIn("alice", "production");
  expect(error?.message).toMatch(/ask your Okta administrator about the policies .* Policy evaluation failed/);
  await okta.api("PUT", path, body);
});

describe("with an ID token", () => {
  it("says that it is right, and does not print it", async () => {
    const token = await idToken("openid profile email groups");
    const { report, output } = await verify(["--token-file", "-"], token);
    expect(report.checks.at(-1)).toMatchObject({ check: "ID token", verdict: "ok" });
    expect(output).not.toContain(token.split(".")[1]);
  });

  it("names a missing email scope", async () => {
    const { report, exitCode } = await verify(["--token-file", "-"], await idToken("openid profile groups"));
    expect(problem(report, "ID token")).toEqual({
      severity: "failed",
      cause: "the token has no email",
      remedy: expect.stringContaining("enable email scope in Okta app configuration and restart backend") as string,
    });
    expect(exitCode).toBe(1);
  });
});

it("names a secret that was changed in Okta only, and what puts it right never makes the former one good again", async () => {
  const { OKTA_CLIENT_SECRET: former } = await secrets();
  const changed = await app();
  changed.credentials.oauthClient.client_secret = "a-secret-that-somebody-typed-in-by-hand";
  await okta.api("PUT", `/api/v1/apps/${changed.id}`, changed);

  const { report, output } = await verify();
  const { cause, remedy } = problem(report, "Client secret");
  expect(cause).toContain("it was changed in Okta only");
  for (const secret of Object.values(await secrets())) expect(output).not.toContain(secret);

  expect(remedy).toContain("npm run rotate -- --client-secret");
  const rotated = await checkout.npm("rotate", stack, ["--client-secret", "--yes"], signIn);
  expect(rotated).toMatchObject({ exitCode: 0 });
  await remedied("Client secret");
  expect([former, "a-secret-that-somebody-typed-in-by-hand"]).not.toContain((await secrets()).OKTA_CLIENT_SECRET);
  expect((await app()).credentials.oauthClient.client_secret).toBe((await secrets()).OKTA_CLIENT_SECRET);
});

it("names another environment that the portal's page asks for, as the browser will", async () => {
  await restartPortal((overlay) => overlay, { env: { APP_CONFIG_auth_environment: "development" } });
  const { report, exitCode } = await verify();
  expect(problem(report, "Page")).toMatchObject({
    severity: "failed",
    cause: expect.stringContaining("to the environment development, where the stack configures production") as string,
  });
  expect(problem(report, "Sign-in starts").cause).toMatch(/No configuration available for the 'development'/);
  expect(exitCode).toBe(1);
});

it("names a portal that uses another authorization server", async () => {
  const other = `${okta.url}/oauth2/default`;
  await restartPortal((overlay) =>
    overlay.replace(/metadataUrl: .*/, `metadataUrl: ${other}/.well-known/openid-configuration`),
  );
  const { report } = await verify();
  expect(problem(report, "Sign-in starts")).toEqual({
    severity: "failed",
    cause: expect.stringContaining(`the portal sends people to ${other}/v1/authorize`) as string,
    remedy: expect.stringMatching(/another authorization server.*mounts the stack's ConfigMap/) as string,
  });
  expect(report.checks).toContainEqual(
    expect.objectContaining({ check: "Okta accepts the app", verdict: "skipped", says: "needs: Sign-in starts" }),
  );
});

it("names the stock module where the app requires PKCE", async () => {
  await restartPortal((overlay) => overlay, { module: "stock" });
  const { report } = await verify();
  const remedy = expect.stringContaining("install this project's backend module in place of the stock one") as string;
  expect(problem(report, "Sign-in starts")).toMatchObject({ severity: "failed", remedy });
  expect(problem(report, "Okta accepts the app")).toEqual({
    severity: "failed",
    cause: expect.stringContaining("PKCE code challenge is required by the application") as string,
    remedy,
  });
});

it("names an Okta that is down, and says on what else it depends", async () => {
  await okta.kill();
  const { report, exitCode } = await verify();
  expect(problem(report, "Discovery document")).toEqual({
    severity: "failed",
    cause: expect.stringMatching(/^Okta does not answer at .*: the connection is refused$/) as string,
    remedy: expect.stringContaining("Sign-in works again when Okta does") as string,
  });
  for (const check of ["Signing keys", "Sign-in starts", "Client secret", "Clocks"]) {
    expect(report.checks).toContainEqual(expect.objectContaining({ check, verdict: "skipped" }));
  }
  expect(exitCode).toBe(1);
  await okta.restart();
});

/** The part of the Deployment that uses what the stack makes, as a portal team would have it. */
const USE_OF_BOTH = {
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: "backstage-backend",
            args: ["--config", "app-config.yaml", "--config", "/etc/backstage/app-config.okta.yaml"],
            envFrom: [{ secretRef: { name: "backstage-okta" } }],
            volumeMounts: [{ name: "okta", mountPath: "/etc/backstage" }],
          },
        ],
        volumes: [{ name: "okta", configMap: { name: "backstage-okta" } }],
      },
    },
  },
};

/** The portal, with the Secret and the ConfigMap as they are in the cluster now. */
async function startPortal(
  change: (overlay: string) => string = (overlay) => overlay,
  options: BackstageOptions = {},
): Promise<Backstage> {
  const { auth } = parse(change(await stack.overlay())) as { auth: unknown };
  return Backstage.start(url, auth, { ...options, env: { ...(await stack.variables()), ...options.env } });
}

/** The stack's app, as this test's Okta shows it. */
async function app(): Promise<OktaApp> {
  return (await okta.api<OktaApp>("GET", `/api/v1/apps/${appId}`)).body;
}

async function restartPortal(...how: Parameters<typeof startPortal>): Promise<void> {
  await backstage.stop();
  backstage = await startPortal(...how);
}

/** The command, as a person runs it. */
async function verify(args: string[] = [], input = "", env: Record<string, string> = {}) {
  const command = ["-r", "ts-node/register", "ops/verify.ts", "--stack", stack.name, "--json", ...args];
  const { stdout, stderr, exitCode } = await run("node", command, { reject: false, input, env: { ...signIn, ...env } });
  if (!stdout) throw new Error(`verify printed nothing to stdout, but: ${stderr}`);
  return { report: JSON.parse(stdout) as Report, output: stdout + stderr, exitCode };
}

function notOk({ checks }: Report): CheckReport[] {
  return checks.filter(({ verdict }) => verdict !== "ok");
}

/** The first problem of a check. */
function problem({ checks }: Report, title: string) {
  const [problem] = checks.find(({ check }) => check === title)?.problems ?? [];
  if (!problem) throw new Error(`${title} has no problem: ${JSON.stringify(checks, undefined, 2)}`);
  return problem;
}

/** Does what the remedies say, and sees that they help. */
async function remedied(...titles: string[]): Promise<void> {
  await stack.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
  const { report } = await verify();
  for (const check of titles) {
    expect(report.checks).toContainEqual(expect.objectContaining({ check, verdict: "ok" }));
  }
}

async function secrets() {
  const { OKTA_CLIENT_SECRET = "", AUTH_SESSION_SECRET = "" } = await stack.variables();
  return { OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET };
}

/** An ID token of alice for the stack's app. */
async function idToken(scope: string): Promise<string> {
  const { OKTA_CLIENT_ID = "", OKTA_CLIENT_SECRET = "" } = await stack.variables();
  const { issuer = "" } = await stack.outputs();
  const config = await client.discovery(
    new URL(issuer),
    OKTA_CLIENT_ID,
    undefined,
    client.ClientSecretBasic(OKTA_CLIENT_SECRET),
    { execute: [client.allowInsecureRequests] },
  );
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const authorizeUrl = client.buildAuthorizationUrl(config, {
    redirect_uri: Backstage.redirectUri(url),
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const callback = await signInToOkta(authorizeUrl, "alice@example.com", "alice-password");
  return (await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier })).id_token!;
}
