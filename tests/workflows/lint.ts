import { resolve } from "node:path";
import { passThrough } from "../../sandbox/processes/exec";
import { build } from "../../sandbox/programs/goBuild";
import { isBuilt, onPath, type Program } from "../../sandbox/programs/program";

const ACTIONLINT: Program = {
  name: "actionlint",
  folder: "../tests/workflows/actionlint",
  package: "github.com/rhysd/actionlint/cmd/actionlint",
  module: "github.com/rhysd/actionlint",
  seconds: 30,
};

/** Checks .github/workflows with actionlint, which is built the first time; a machine without Go leaves it out. */
async function main(): Promise<void> {
  if (!isBuilt(ACTIONLINT) && !(await onPath("go"))) {
    console.error("The workflows were not checked: building actionlint takes Go (https://go.dev/doc/install).");
    return;
  }
  const actionlint = await build(ACTIONLINT);
  // The verdict is not to depend on which linters for shell and Python a machine has.
  const args = ["-shellcheck=", "-pyflakes="];
  process.exitCode = await passThrough(actionlint, args, { cwd: resolve(__dirname, "../..") });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
