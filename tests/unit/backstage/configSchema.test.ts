import { execa } from "execa";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ConfigVisibility, loadConfigSchema } from "@backstage/config-loader";
import type { JsonObject } from "@backstage/types";
import { parse, stringify } from "yaml";
import { resolverOptions } from "../../../backstage/auth/src/resolverOptions";
import { type OverlayValues, renderOverlay } from "../../../components/overlay";

const MODULE = "backstage-plugin-auth-backend-module-okta-sso";

const values: OverlayValues = {
  environment: "production",
  authModule: "pkce",
  oktaUrl: "https://acme.okta.com",
  serverId: "default",
  issuer: "https://acme.okta.com/oauth2/default",
  callbackUrl: "https://backstage.acme.example/api/auth/okta/handler/frame",
  session: { durationMinutes: 720, idleMinutes: 120 },
  requireVerifiedEmail: true,
  prompt: "auto",
  signInResolvers: [
    { resolver: "oktaUserId", annotation: "okta.com/id" },
    {
      resolver: "oktaGroups",
      stripPrefix: "okta-",
      lowerCase: true,
      mapping: { "Ops EU": "ops" },
      namespace: "default",
      allowList: ["okta-users"],
      userIdAnnotation: "okta.com/id",
    },
    { resolver: "emailMatchingUserEntityProfileEmail", allowedDomains: ["example.com"], ignorePlusTag: true },
    { resolver: "emailLocalPartMatchingUserEntityName", allowedDomains: ["example.com"] },
    { resolver: "emailMatchingUserEntityAnnotation", dangerouslyAllowSignInWithoutUserInCatalog: true },
  ],
};

const schema = loadConfigSchema({
  dependencies: ["@backstage/plugin-auth-backend"],
  packagePaths: [resolve("backstage/auth/package.json")],
  noUndeclaredProperties: true,
});

const portal = {
  app: { baseUrl: "https://portal.example" },
  backend: {
    baseUrl: "https://portal.example",
    listen: ":7007",
    database: { client: "pg", connection: "postgres://db" },
  },
};

/** Checks app-config as `backstage-cli config:check --strict` does, in a portal that has the module. */
async function check(overlay: string, visibility: ConfigVisibility[] = ["frontend", "backend", "secret"]) {
  const configs = [
    { context: "app-config.yaml", data: portal },
    { context: "app-config.okta.yaml", data: parse(overlay) as JsonObject },
  ];
  const [, checked] = (await schema).process(configs, { visibility });
  return checked?.data;
}

/** A value for each option of the resolvers. */
const VALUES: Record<string, unknown> = {
  ...{ allowedDomains: ["acme.example"], ignorePlusTag: true, dangerouslyAllowSignInWithoutUserInCatalog: true },
  ...{ annotation: "okta.com/id", userIdAnnotation: "okta.com/id", stripPrefix: "okta-", lowerCase: false, slug: true },
  ...{ mapping: { "Ops EU": "ops" }, namespace: "okta", allowList: ["okta-users"] },
};

/** The overlay with other keys in its environment. */
function overlayWith(keys: object): string {
  const overlay = parse(renderOverlay(values)) as { auth: { providers: { okta: { production: object } } } };
  Object.assign(overlay.auth.providers.okta.production, keys);
  return stringify(overlay);
}

it("accepts every key of the overlay", async () => {
  expect(await check(renderOverlay(values))).toEqual(parse(renderOverlay(values)));
});

it("shows the browser the environment's name, and nothing else", async () => {
  expect(await check(renderOverlay(values), ["frontend"])).toEqual({
    auth: { environment: "production", providers: { okta: { production: {} } } },
  });
});

it.each([
  ["metadataUrl", "metadataURL"],
  ["additionalScopes", "additionalScope"],
  ["sessionDuration", "sessionduration"],
  ["hours", "hour"],
  ["resolvers", "resolver"],
  ["oktaGroups", "oktagroups"],
  ["stripPrefix", "stripprefix"],
  ["allowedDomains", "allowedDomain"],
  ["ignorePlusTag", "ignorePlusTags"],
  ["userIdAnnotation", "userIDAnnotation"],
])("refuses %s misspelt as %s", async (right, wrong) => {
  const overlay = renderOverlay(values);
  expect(overlay).toContain(right);
  await expect(check(overlay.replace(right, wrong))).rejects.toThrow(/ at \/auth\/providers\/okta\/production/);
});

it.each([
  { prompt: "login", requireVerifiedEmail: false },
  { prompt: "auto", requireVerifiedEmail: true },
  { previousSessionSecret: "${AUTH_SESSION_SECRET_PREVIOUS}" },
])("accepts %j", async (keys) => {
  await expect(check(overlayWith(keys))).resolves.toBeDefined();
});

it.each([{ prompt: "Login" }, { requireVerifiedEmail: "maybe" }, { requireVerifiedMail: false }])(
  "refuses %j",
  async (keys) => {
    await expect(check(overlayWith(keys))).rejects.toThrow(/ at \/auth\/providers\/okta\/production/);
  },
);

it("has every option of every resolver", async () => {
  for (const [resolver, options] of Object.entries(resolverOptions)) {
    const shape = Object.keys(options.shape);
    const resolvers = [{ resolver, ...Object.fromEntries(shape.map((option) => [option, VALUES[option]])) }];
    await expect(check(overlayWith({ signIn: { resolvers } }))).resolves.toBeDefined();
  }
});

describe("backstage-cli config:check --strict", () => {
  const CLI = resolve("node_modules/@backstage/cli-module-config/bin/backstage-cli-module-config");
  let folder: string;

  /** A portal with the module among its dependencies. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "portal-"));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    const packages = ["@backstage/backend-defaults", "@backstage/plugin-auth-backend", MODULE];
    const dependencies = Object.fromEntries(packages.map((name) => [name, "*"]));
    const manifest = { name: "portal", private: true, workspaces: [], dependencies };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(folder, "app-config.yaml"), stringify(portal));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(overlay: string) {
    writeFileSync(join(folder, "app-config.okta.yaml"), overlay);
    const args = ["config:check", "--strict", "--config", "app-config.yaml", "--config", "app-config.okta.yaml"];
    const env = { OKTA_CLIENT_ID: "id", OKTA_CLIENT_SECRET: "secret", AUTH_SESSION_SECRET: "session" };
    const { exitCode, all } = await execa("node", [CLI, ...args], { cwd: folder, env, all: true, reject: false });
    return { exitCode, output: all };
  }

  it("accepts the overlay", async () => {
    expect(await run(renderOverlay(values))).toMatchObject({ exitCode: 0 });
  });

  it("refuses it with a misspelt key", async () => {
    expect(await run(renderOverlay(values).replace("additionalScopes", "additionalScope"))).toEqual({
      exitCode: 1,
      output: expect.stringContaining("additionalProperty=additionalScope") as string,
    });
  });
});
