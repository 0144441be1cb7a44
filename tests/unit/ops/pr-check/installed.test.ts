import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrongPackages } from "../../../../ops/pr-check/installed";

const checkout = mkdtempSync(join(tmpdir(), "checkout-"));
afterAll(() => rmSync(checkout, { recursive: true }));

interface Versions {
  [path: string]: { version?: string; optional?: boolean; link?: boolean };
}

const LOCKED: Versions = {
  backstage: { version: "0.1.0" },
  "node_modules/backstage-module": { link: true },
  "node_modules/execa": { version: "9.6.1" },
  "node_modules/a/node_modules/@scope/b": { version: "1.0.0" },
  "node_modules/fsevents": { version: "2.3.3", optional: true },
};

function wrong(installed: Versions, dependencies = { execa: "9.6.1" }) {
  const write = (file: string, content: object) => writeFileSync(join(checkout, file), JSON.stringify(content));
  mkdirSync(join(checkout, "node_modules"), { recursive: true });
  write("package.json", { dependencies });
  write("package-lock.json", { packages: { "": { dependencies: { execa: "9.6.1" } }, ...LOCKED } });
  write("node_modules/.package-lock.json", { packages: installed });
  return wrongPackages(checkout);
}

const INSTALLED = Object.fromEntries(Object.entries(LOCKED).filter(([, { optional }]) => !optional));

it("takes what npm installed from the lock file, without what other machines need", () => {
  expect(wrong(INSTALLED)).toBeUndefined();
});

it("names packages of another version, missing ones and superfluous ones", () => {
  const installed: Versions = {
    ...INSTALLED,
    "node_modules/execa": { version: "8.0.0" },
    "node_modules/c": { version: "3.0.0" },
  };
  delete installed["node_modules/a/node_modules/@scope/b"];
  expect(wrong(installed)).toEqual({
    exitCode: 2,
    message: [
      "node_modules is not that of package-lock.json; it may be another branch's. Run `npm ci`.",
      "  execa: 8.0.0 is installed, 9.6.1 is wanted",
      "  @scope/b: nothing is installed, 1.0.0 is wanted",
      "  c: 3.0.0 is installed, nothing is wanted",
    ].join("\n"),
  });
});

it("says no to a lock file that is not that of package.json", () => {
  expect(wrong(INSTALLED, { execa: "9.7.0" })).toMatchObject({ exitCode: 1 });
});

it("counts what it does not name", () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`node_modules/x${i}`, { version: "1.0.0" }]));
  expect(wrong({ ...INSTALLED, ...many })?.message).toMatch(/x4: .*\n {2}and 4 more$/);
});
