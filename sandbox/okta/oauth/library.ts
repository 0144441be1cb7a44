import { createRequire } from "node:module";

// oidc-provider warns, with no option against it, that it wants a newer Node.js than the oldest one this project runs on,
// and that a form was read before it came: what it does here is tested with both.
const { warn } = console;
console.warn = (...text: unknown[]) => {
  if (!String(text[0]).includes("oidc-provider WARNING")) warn(...text);
};
export const { Provider, errors, interactionPolicy } = createRequire(__filename)(
  "oidc-provider",
) as typeof import("oidc-provider");
