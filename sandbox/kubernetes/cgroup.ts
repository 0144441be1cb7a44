import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the control groups are mounted. */
export const CGROUPS = "/sys/fs/cgroup";

/** Makes a control group, in each hierarchy of cgroup v1, or with every controller of cgroup v2. */
export function makeCgroup(name: string): void {
  const controllers = join(CGROUPS, "cgroup.controllers");
  if (existsSync(controllers)) {
    for (const controller of readFileSync(controllers, "utf8").trim().split(" "))
      writeFileSync(join(CGROUPS, "cgroup.subtree_control"), `+${controller}`);
  }
  for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, name), { recursive: true });
}

/** Takes a control group away, with those within it; no process may be left in them. */
export function removeCgroup(name: string): void {
  if (!existsSync(CGROUPS)) return;
  for (const hierarchy of hierarchies()) removeGroups(join(hierarchy, name));
}

function hierarchies(): string[] {
  if (existsSync(join(CGROUPS, "cgroup.controllers"))) return [CGROUPS];
  return foldersIn(CGROUPS);
}

/** The files in a cgroup's folder go with it, and cannot be removed. */
function removeGroups(folder: string): void {
  if (!existsSync(folder)) return;
  foldersIn(folder).forEach(removeGroups);
  rmdirSync(folder);
}

const foldersIn = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
