const tsNode = require("ts-node");

// The runner that starts a pack checks its types each time, which takes seconds and is the work of `npm run lint`: its
// ts-node gives way to one that compiles as the tsconfig.json of the project says.
process[tsNode.REGISTER_INSTANCE]?.enabled(false);
tsNode.register();
require("./index");
