import { execa } from "execa";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { Backstage, makeApp } from "./support/backstage";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

// An installation of a whole backend among it.
jest.setTimeout(900_000);

const MODULE = "backstage-plugin-auth-backend-module-okta-sso";
/** What the program of the backend imports beside the module. */
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
  license: string;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, { version: string; link?: boolean }>;
}

let folder: string;
let installed: string;

/** Installs the packed module in a backend of its own, with this checkout's versions of everything else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "backend-"));
  const pack = await execa("npm", ["pack", "--workspace", MODULE, "--json", "--pack-destination", folder]);
  const [{ filename }] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("["))) as [{ filename: string }];
  const lock = JSON.parse(await readFile("package-lock.json", "utf8")) as Lock;
  const version = (name: string) => lock.packages[`node_modules/${name}`]?.version;
  const dependencies = {
    ...Object.fromEntries(BACKEND.map((name) => [name, version(name)])),
    [MODULE]: `file:${filename}`,
  };
  const manifest = { name: "backend", version: "1.0.0", private: true, dependencies };
  const packages = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  const newLock = { ...lock, name: "backend", packages: { "": manifest, ...Object.fromEntries(packages) } };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(newLock));
  await execa("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  installed = join(folder, "node_modules", MODULE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("holds the program, its types, its config schema, what to do with it, and the licence", async () => {
  const files = await readdir(installed, { recursive: true });
  expect(files).toEqual(
    expect.arrayContaining([
      "LICENSE",
      "README.md",
      "config.schema.json",
      "dist/auth/src/index.d.ts",
      "dist/auth/src/index.js",
    ]),
  );
  expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
  expect(await readFile(join(installed, "LICENSE"), "utf8")).toContain("Apache License");
});

it("depends on all that it imports, as Backstage's own modules do, and asks for no peers", async () => {
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8")) as Manifest;
  expect(manifest).toMatchObject({ license: "Apache-2.0" });
  expect(manifest.peerDependencies).toBeUndefined();
  const imported = new Set<string>();
  for (const file of await readdir(join(installed, "dist"), { recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const code = await readFile(join(installed, "dist", file), "utf8");
    for (const { fileName } of ts.preProcessFile(code, true, true).importedFiles) {
      const [, name = fileName] = /^((?:@[^/]+\/)?[^/]+)/.exec(fileName) ?? [];
      if (!fileName.startsWith(".") && !fileName.startsWith("node:") && !builtinModules.includes(name))
        imported.add(name);
    }
  }
  expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

it("has types for a program that imports it", async () => {
  const source = `import { createBackend } from "@backstage/backend-defaults";
import okta from "${MODULE}";
createBackend().add(okta);
`;
  await writeFile(join(folder, "types.ts"), source);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "node", "--typeRoots"];
  const tsc = resolve("node_modules/typescript/bin/tsc");
  const types = resolve("node_modules/@types");
  const { all } = await execa("node", [tsc, ...options, types, "types.ts"], { cwd: folder, all: true, reject: false });
  expect(all).toBe("");
});

it("signs in", async () => {
  const okta: LocalOktaProcess = await startLocalOkta();
  let backstage: Backstage | undefined;
  try {
    const source = await readFile(join(__dirname, "support/backstageBackend.ts"), "utf8");
    const own = source.replace('"../../../backstage/auth/src"', JSON.stringify(MODULE));
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const program = join(folder, "index.js");
    await writeFile(program, ts.transpileModule(own, { compilerOptions }).outputText);
    const url = await Backstage.freeUrl();
    const production = {
      ...(await makeApp(okta, url)),
      metadataUrl: `${okta.url}/oauth2/default/.well-known/openid-configuration`,
      signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
    };
    const session = { secret: "of no worth outside of this test" };
    const auth = { environment: "production", session, providers: { okta: { production } } };
    backstage = await Backstage.start(url, auth, { program });
    const { response, error } = await backstage.signIn("alice", "production");
    expect(error).toBeUndefined();
    expect(response?.profile.email).toBe("alice@example.com");
  } finally {
    await backstage?.stop();
    await okta.stop();
  }
});
