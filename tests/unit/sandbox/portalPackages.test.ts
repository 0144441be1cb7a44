import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { satisfies } from "semver";
import module from "../../../backstage/auth/package.json";

const lockFile = resolve(__dirname, "../../../sandbox/portal/package-lock.json");
const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as {
  packages: Partial<Record<string, { version: string; dev?: true }>>;
};

// The build puts the module among the portal's packages, but does not install what the module depends on.
it.each(Object.entries(module.dependencies))(
  "the portal's backend has the %s that the module asks for",
  (name, range) => {
    const installed = packages[`node_modules/${name}`];
    expect(installed?.dev).toBeUndefined();
    expect(satisfies(installed?.version ?? "", range)).toBe(true);
  },
);
