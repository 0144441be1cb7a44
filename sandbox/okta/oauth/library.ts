import { createRequire } from "node:module";

// Loading oidc-provider prints that it wants a newer Node than the oldest one this project runs on, and there is no
// option against it: what it does here is tested on that one.
const { warn } = console;
console.warn = () => {};
export const { Provider, errors, interactionPolicy } = createRequire(__filename)(
  "oidc-provider",
) as typeof import("oidc-provider");
console.warn = warn;
