import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../sandbox/processes/port";
import { Checkout, type Ended } from "./support/checkout";
import { okta } from "./support/sandbox";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

let checkout: Checkout;
let stack: TestStack;
let portalUrl: string;
let secrets: string[];

beforeAll(async () => {
  checkout = new Checkout();
  stack = await TestStack.make({
    config: { allowedGroups: ["backstage-users", "platform-engineers"], authorizationServer: "default" },
  });
  portalUrl = `https://${stack.name}.acme.example`;
  await stack.up();
  const { OKTA_CLIENT_SECRET = "", AUTH_SESSION_SECRET = "" } = await stack.variables();
  secrets = [OKTA_CLIENT_SECRET, AUTH_SESSION_SECRET, process.env.OKTA_API_TOKEN ?? ""];
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
});

/** Runs pr-check without lint and unit tests, and expects no secret in what it says. */
async function prCheck(args: string[] = [], env: Record<string, string | undefined> = {}): Promise<Ended> {
  const ended = await checkout.npm("pr-check", stack, ["--no-check", ...args], env);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    for (const text of [secret, Buffer.from(secret).toString("base64")]) {
      expect((ended.stdout + ended.stderr).includes(text)).toBe(false);
    }
  }
  return ended;
}

/** Runs it with other config, and sets that back. */
async function withConfig(config: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  const before = readFileSync(stack.configFile, "utf8");
  stack.configure(config);
  try {
    await work();
  } finally {
    writeFileSync(stack.configFile, before);
  }
}

it("lets a changed comment pass, and says that nothing changes", async () => {
  const { exitCode, stdout } = await checkout.with("index.ts", "export =", "// A comment.\nexport =", () => prCheck());
  expect(stdout).toContain("## Single sign-on: may be merged");
  expect(stdout).toContain(`### \`${stack.name}\`: nothing changes`);
  expect(exitCode).toBe(0);
});

it("stops a pull request that removes a redirect URI, and writes the same summary into a file", async () => {
  await withConfig({ portalUrl: "https://moved.acme.example" }, async () => {
    const file = join(checkout.folder, "summary.md");
    const { exitCode, stdout } = await prCheck(["--markdown", file]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("## Single sign-on: not to be merged as it is");
    expect(stdout).toContain(
      `**redirect-uri-removed**: The sign-in redirect URI \`${portalUrl}/api/auth/okta/handler/frame\``,
    );
    expect(stdout).toContain(`**portal-restart**: Deployment \`${stack.namespace}/backstage\` gets new pods.`);
    expect(stdout).toContain("If this is meant: `--allow redirect-uri-removed portal-restart`");
    expect(stdout).toMatch(
      /\| `okta.app.OAuth backstage` \| update \| .*`redirectUris(\[0\])?`: .* → `https:\/\/moved.acme/,
    );
    expect(readFileSync(file, "utf8")).toBe(`${stdout}\n`);
  });
});

it("lets pass what is allowed, and still says it", async () => {
  await withConfig({ portalUrl: "https://moved.acme.example" }, async () => {
    const { exitCode, stdout } = await prCheck(["--json", "--allow", "redirect-uri-removed", "portal-restart"]);
    expect(exitCode).toBe(0);
    const { stacks } = JSON.parse(stdout) as { stacks: [{ disruptions: object[] }] };
    expect(stacks[0].disruptions).toContainEqual({
      kind: "portal-restart",
      message: expect.stringContaining("new pods") as string,
      allowed: true,
    });
  });
});

describe("of a pull request that changes several things at once", () => {
  let ended: Ended;
  beforeAll(async () => {
    const { name } = await okta<{ name: string }>("POST", "/api/v1/authorizationServers", {
      name: `Another of ${stack.name}`,
      description: "By hand",
      audiences: ["api://portal"],
    });
    const config = {
      allowedGroups: ["backstage-users", "Everyone"],
      session: { duration: "7d" },
      authorizationServer: name,
      authModule: "stock",
      signInResolvers: ["emailMatchingUserEntityAnnotation"],
    };
    await withConfig(config, async () => {
      ended = await prCheck();
    });
  });

  it.each<[string, ...RegExp[]]>([
    ["a group that loses access", /\*\*group-removed\*\*: The members of `platform-engineers` can no longer sign in/],
    [
      "a group that gets access, and everyone as such",
      /\*\*access-widened\*\*: Everyone in the org, by the group `Everyone`, can sign in as well\./,
    ],
    [
      "longer sessions, and shows the overlay as a diff",
      /\*\*protection-weakened\*\*: A sign-in lasts up to 7 days instead of 12 hours\./,
      /^- +hours: 12\n\+ +days: 7$/m,
    ],
    [
      "another issuer",
      /\*\*issuer-changed\*\*: Tokens come from `.*\/oauth2\/aus.*` instead of `http.*\/oauth2\/default`: everybody has to sign in again\./,
    ],
    [
      "PKCE off",
      /\*\*protection-weakened\*\*: Okta no longer requires PKCE: a stolen code can be used by somebody else\./,
    ],
    [
      "people who are found in the catalog in another way",
      /\*\*access-widened\*\*: People are found in the catalog by `{"resolver":"emailMatchingUserEntityAnnotation"}`/,
    ],
  ])("names %s", (_, ...sentences) => {
    for (const sentence of sentences) expect(ended.stdout).toMatch(sentence);
  });

  it("says how to let all of it pass, and does not by itself", () => {
    const [, allow = ""] = /If this is meant: `--allow (.*)`/.exec(ended.stdout) ?? [];
    const kinds = ["access-widened", "group-removed", "issuer-changed", "portal-restart", "protection-weakened"];
    expect(allow.split(" ").sort()).toEqual(kinds);
    expect(ended.exitCode).toBe(1);
  });
});

it("says that another type of app is a new app, and that sessions end with the session secret", async () => {
  const { exitCode, stdout } = await checkout.with("components/versionedSecret.ts", "length: 64", "length: 65", () =>
    checkout.with("components/oidcApp.ts", 'type: "web"', 'type: "native"', () => prCheck()),
  );
  expect(stdout).toContain("**app-replaced**: The OIDC app is deleted and made anew because of `type`:");
  expect(stdout).toMatch(/\| `okta.app.OAuth backstage` \| replace \| `type`: `web` → `native` \|/);
  expect(stdout).toContain(
    "**sessions-end**: The session secret changes: every session ends, and a sign-in that is under way fails.",
  );
  expect(exitCode).toBe(1);
});

it("stops a pull request that deletes the groups scope of a shared server, which the portal asks for", async () => {
  await withConfig({ manageGroupsClaim: false }, async () => {
    const { exitCode, stdout } = await prCheck();
    expect(stdout).toContain(
      "**sign-in-breaks**: The authorization server loses the scope `groups`, which the portal asks for. Sign-in fails.",
    );
    expect(stdout).toContain("**group-removed**: Tokens no longer have the groups claim");
    expect(exitCode).toBe(1);
  });
});

it("stops a pull request that breaks a policy, in the policy's words", async () => {
  const { exitCode, stdout } = await checkout.with(
    "components/oidcApp.ts",
    'wildcardRedirect: "DISABLED"',
    'wildcardRedirect: "SUBDOMAIN"',
    () => prCheck(),
  );
  expect(stdout).toMatch(/> \*\*policy \S+\*\* at `okta.app.OAuth backstage`:\n>\n> ```text\n> .*wildcard/);
  expect(exitCode).toBe(1);
});

it("shows a mistake in the config as the preview does", async () => {
  await withConfig({ portalUlr: portalUrl }, async () => {
    const { exitCode, stdout } = await prCheck();
    expect(stdout).toContain(`### \`${stack.name}\`: no preview`);
    expect(stdout).toContain(`backstage-okta-sso:portalUlr "${portalUrl}" is not a key of this project`);
    expect(exitCode).toBe(1);
  });
});

it("shows a broken program without a stack trace", async () => {
  const { exitCode, stdout } = await checkout.with("index.ts", "export =", 'import "./gone";\nexport =', () =>
    prCheck(),
  );
  expect(stdout).toContain("Cannot find module './gone'");
  expect(stdout).not.toMatch(/^> {5}at /m);
  expect(exitCode).toBe(1);
});

it("cannot tell when Okta does not take the credentials", async () => {
  const { exitCode, stdout } = await prCheck([], { OKTA_API_TOKEN: "not-a-token-of-this-org" });
  expect(stdout).toContain("## Single sign-on: could not tell");
  expect(exitCode).toBe(2);
});

it("cannot tell when Okta does not answer, or there is no such stack", async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  await withConfig({ oktaUrl: nowhere }, async () => {
    const { exitCode, stdout } = await prCheck(["--stack", "no-such-stack"], { OKTA_HTTP_PROXY: nowhere });
    expect(stdout).toContain("## Single sign-on: could not tell");
    expect(stdout).toMatch(/allowedGroups could not be looked up in Okta: .*connect: connection refused/s);
    expect(stdout).toMatch(/no stack named no-such-stack in .*: there are .*/);
    expect(exitCode).toBe(2);
  });
});

it("names packages of another branch before anything else", async () => {
  const { exitCode, stdout, stderr } = await checkout.with(
    "package-lock.json",
    '"version": "9.6.1"',
    '"version": "1.0.0"',
    () => prCheck(),
  );
  expect(stdout).toContain("node_modules is not that of package-lock.json");
  expect(stdout).toContain("execa: 9.6.1 is installed, 1.0.0 is wanted");
  expect(stderr).not.toContain("previewing");
  expect(exitCode).toBe(2);
});

it("stops a pull request whose check fails, and shows the end of what that said", async () => {
  const check = '"check": "npm run lint';
  const { exitCode, stdout } = await checkout.with("package.json", check, '"check": "echo 3 tests fail; false', () =>
    checkout.npm("pr-check", stack),
  );
  expect(stdout).toContain("> `npm run check` fails:\n>\n> ```text\n> 3 tests fail\n> ```");
  expect(stdout).toContain("nothing changes");
  expect(exitCode).toBe(1);
});

it("shows no value of secret config", async () => {
  const label = "A label that nobody may see";
  await stack.pulumi(["config", "set", "--secret", "label", label, "--config-file", stack.configFile]);
  const { exitCode, stdout, stderr } = await prCheck();
  expect(stdout).toMatch(/`label`: `Backstage .*` → `\[secret\]`/);
  expect(stdout + stderr).not.toContain(label);
  expect(exitCode).toBe(0);
});
