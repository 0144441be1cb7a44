import { execa } from "execa";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadConfigSchema } from "@backstage/config-loader";
import ts from "typescript";
import { waitFor } from "../../sandbox/processes/wait";
import { Backstage, makeApp } from "./support/backstage";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";
import { OidcApp } from "./support/oidcApp";

// An installation of a whole backend among it.
jest.setTimeout(900_000);

/** The published packages, by their folders below backstage/. */
const MODULES = {
  auth: "backstage-plugin-auth-backend-module-okta-sso",
  catalog: "backstage-plugin-catalog-backend-module-okta-org",
};
/** What the program of the backend imports beside the modules: what a portal has. */
const BACKEND = [
  "@backstage/backend-defaults",
  "@backstage/backend-plugin-api",
  "@backstage/catalog-client",
  "@backstage/plugin-auth-backend",
  "@backstage/plugin-auth-backend-module-okta-provider",
  "@backstage/plugin-catalog-node",
  "@electric-sql/pglite",
  "knex",
  "knex-pglite",
];

interface Manifest {
  name: string;
  license: string;
  private?: boolean;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, { version: string; link?: boolean }>;
}

let folder: string;

const json = async <T>(file: string) => JSON.parse(await readFile(file, "utf8")) as T;
const installed = (name: string, file = "") => join(folder, "node_modules", name, file);

/** Installs the packed modules together in a backend of its own, with this checkout's versions of everything else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "backend-"));
  const workspaces = Object.values(MODULES).flatMap((name) => ["--workspace", name]);
  const pack = await execa("npm", ["pack", ...workspaces, "--json", "--pack-destination", folder]);
  const packed = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("["))) as { name: string; filename: string }[];
  const lock = await json<Lock>("package-lock.json");
  const dependencies = {
    ...Object.fromEntries(BACKEND.map((name) => [name, lock.packages[`node_modules/${name}`]?.version])),
    ...Object.fromEntries(packed.map(({ name, filename }) => [name, `file:${filename}`])),
  };
  const manifest = { name: "backend", version: "1.0.0", private: true, dependencies };
  const packages = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  const newLock = { ...lock, name: "backend", packages: { "": manifest, ...Object.fromEntries(packages) } };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(newLock));
  await execa("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("packs all that is to be published", async () => {
  const { workspaces } = await json<{ workspaces: string[] }>("package.json");
  expect(workspaces).toEqual(["backstage/*"]);
  const folders = (await readdir("backstage", { recursive: true })).filter((file) =>
    /^[^/]+\/package\.json$/.test(file),
  );
  const manifests = await Promise.all(folders.map((file) => json<Manifest>(join("backstage", file))));
  const names = manifests.filter((manifest) => !manifest.private).map(({ name }) => name);
  expect(names.sort()).toEqual(Object.values(MODULES).sort());
});

describe.each(Object.entries(MODULES))("the package of %s", (source, name) => {
  it("holds the program, its types, its config schema, what to do with it, and the licence", async () => {
    const files = await readdir(installed(name), { recursive: true });
    expect(files).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "config.schema.json",
        `dist/${source}/src/index.d.ts`,
        `dist/${source}/src/index.js`,
      ]),
    );
    expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
    expect(await readFile(installed(name, "LICENSE"), "utf8")).toContain("Apache License");
  });

  it("depends on all that it imports, as Backstage's own modules do, and asks for no peers", async () => {
    const manifest = await json<Manifest>(installed(name, "package.json"));
    expect(manifest).toMatchObject({ license: "Apache-2.0" });
    expect(manifest.peerDependencies).toBeUndefined();
    const imported = new Set<string>();
    for (const file of await readdir(installed(name, "dist"), { recursive: true })) {
      if (!/\.(js|d\.ts)$/.test(file)) continue;
      const code = await readFile(installed(name, join("dist", file)), "utf8");
      for (const { fileName } of ts.preProcessFile(code, true, true).importedFiles) {
        const [, name = fileName] = /^((?:@[^/]+\/)?[^/]+)/.exec(fileName) ?? [];
        if (!fileName.startsWith(".") && !fileName.startsWith("node:") && !builtinModules.includes(name))
          imported.add(name);
      }
    }
    expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });
});

it("has types for a program that imports both", async () => {
  const names = Object.values(MODULES);
  const source = `import { createBackend } from "@backstage/backend-defaults";
${names.map((name, index) => `import module${index} from "${name}";`).join("\n")}
const backend = createBackend();
${names.map((_, index) => `backend.add(module${index});`).join("\n")}
`;
  await writeFile(join(folder, "types.ts"), source);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "node", "--typeRoots"];
  const tsc = resolve("node_modules/typescript/bin/tsc");
  const types = resolve("node_modules/@types");
  const { all } = await execa("node", [tsc, ...options, types, "types.ts"], { cwd: folder, all: true, reject: false });
  expect(all).toBe("");
});

it("reads bob from Okta, and signs him in, whom nothing else knows", async () => {
  const okta: LocalOktaProcess = await startLocalOkta();
  let backstage: Backstage | undefined;
  try {
    await OidcApp.addGroupsClaim(okta);
    const source = await readFile(join(__dirname, "support/backstageBackend.ts"), "utf8");
    const own = Object.entries(MODULES).reduce(
      (code, [folder, name]) => code.replace(`"../../../backstage/${folder}/src"`, JSON.stringify(name)),
      source,
    );
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const program = join(folder, "index.js");
    await writeFile(program, ts.transpileModule(own, { compilerOptions }).outputText);
    const url = await Backstage.freeUrl();
    const production = {
      ...(await makeApp(okta, url)),
      metadataUrl: `${okta.url}/oauth2/default/.well-known/openid-configuration`,
      additionalScopes: ["groups"],
      signIn: { resolvers: [{ resolver: "oktaGroups", userIdAnnotation: "okta.com/id", onlyGroupsInCatalog: true }] },
    };
    const session = { secret: "of no worth outside of this test" };
    const auth = { environment: "production", session, providers: { okta: { production } } };
    const groups = { prefix: "backstage-" };
    const catalog = { providers: { okta: [{ orgUrl: okta.url, token: okta.credentials.apiToken, groups }] } };
    await checkConfig({ auth, catalog });
    backstage = await Backstage.start(url, auth, { program, config: { catalog }, env: { OKTA_CATALOG: "true" } });
    const portal = backstage;
    const response = await waitFor("bob to sign in", async () => {
      const { response, error } = await portal.signIn("bob", "production");
      if (!response) throw new Error(error?.message);
      return response;
    });
    expect(response.profile.email).toBe("bob@example.com");
    expect(await portal.ownership(response.backstageIdentity.token)).toEqual([
      "user:default/bob",
      "group:default/backstage-users",
    ]);
  } finally {
    await backstage?.stop();
    await okta.stop();
  }
});

/** As `backstage-cli config:check --strict` does, by the schemas of what is installed. */
async function checkConfig(data: object): Promise<void> {
  const packagePaths = Object.values(MODULES).map((name) => installed(name, "package.json"));
  const schema = await loadConfigSchema({ dependencies: [], packagePaths, noUndeclaredProperties: true });
  const known = schema.process([{ context: "app-config.yaml", data: data }], { visibility: ["secret"] });
  expect(known).toMatchObject([
    { data: { catalog: { providers: { okta: [{ token: expect.any(String) as string }] } } } },
  ]);
}
