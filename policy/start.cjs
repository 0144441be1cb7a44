const tsNode = require("ts-node");

// The runner that starts a pack checks its types each time, which takes seconds and is the work of `npm run lint`: its
// ts-node gives way to one that only compiles. A published pack stands alone: it takes nothing from the project's files.
process[tsNode.REGISTER_INSTANCE]?.enabled(false);
tsNode.register({
  skipProject: true,
  swc: true,
  compilerOptions: { target: "es2022", module: "commonjs" },
});
require("./index");
