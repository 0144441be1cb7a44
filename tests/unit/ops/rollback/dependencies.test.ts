import { isInstalled, type LockFile } from "../../../../ops/rollback/dependencies";

const one = (version: string, dependencies: Record<string, string> = {}) => ({
  version,
  integrity: `sha512-${version}`,
  dependencies,
});

/** A program that needs a and, through it, two versions of b; beside it a package for development. */
const lock: LockFile = {
  packages: {
    "": { dependencies: { a: "^1", c: "^1" } },
    "node_modules/a": one("1.0.0", { b: "^2" }),
    "node_modules/a/node_modules/b": one("2.0.0"),
    "node_modules/b": one("1.0.0"),
    "node_modules/c": one("1.0.0", { b: "^1" }),
    "node_modules/jest": one("30.0.0"),
  },
};

function installed(changes: LockFile["packages"]): LockFile {
  return { packages: { ...lock.packages, ...changes } };
}

it("reuses what is installed when it is what the lock file names", () => {
  expect(isInstalled(lock, lock)).toBe(true);
});

it.each<[string, LockFile["packages"]]>([
  ["for development", { "node_modules/jest": one("29.0.0") }],
  ["that the program does not need", { "node_modules/d": one("1.0.0") }],
])("reuses it when only a package differs %s", (_, changes) => {
  expect(isInstalled(lock, installed(changes))).toBe(true);
});

it("reuses it when npm has put the same packages elsewhere", () => {
  const { packages } = installed({
    "node_modules/b": one("2.0.0"),
    "node_modules/c/node_modules/b": one("1.0.0"),
  });
  delete packages["node_modules/a/node_modules/b"];
  expect(isInstalled(lock, { packages })).toBe(true);
});

it.each<[string, LockFile["packages"]]>([
  ["is of another version", { "node_modules/a": one("1.0.1", { b: "^2" }) }],
  ["is of the same version from elsewhere", { "node_modules/a": { ...one("1.0.0"), integrity: "sha512-other" } }],
  ["that another one needs is of another version", { "node_modules/a/node_modules/b": one("2.0.1") }],
  ["is missing", { "node_modules/c": undefined as never }],
])("installs anew when a package %s", (_, changes) => {
  expect(isInstalled(lock, installed(changes))).toBe(false);
});
