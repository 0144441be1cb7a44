// Loaded before the program, by nodeargs in Pulumi.yaml. V8 keeps what it has compiled of the SDKs and of this program, so
// that the next preview need not compile it again. Node.js 22 and newer have it; older ones do without.
require("node:module").enableCompileCache?.();
