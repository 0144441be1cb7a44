import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { satisfies } from "semver";
import auth from "../../../backstage/auth/package.json";
import catalog from "../../../backstage/catalog/package.json";

const lockFile = resolve(__dirname, "../../../sandbox/portal/package-lock.json");
const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as {
  packages: Partial<Record<string, { version: string; dev?: true }>>;
};

// The build puts the modules among the portal's packages, but does not install what they depend on.
it.each([auth, catalog].flatMap(({ dependencies }) => Object.entries(dependencies)))(
  "the portal's backend has the %s that a module asks for",
  (name, range) => {
    const installed = packages[`node_modules/${name}`];
    expect(installed?.dev).toBeUndefined();
    expect(satisfies(installed?.version ?? "", range)).toBe(true);
  },
);
