import { createBackend } from "@backstage/backend-defaults";
import { readyForSignIn } from "./readyForSignIn";

const backend = createBackend();
backend.add(import("@backstage/plugin-app-backend"));
backend.add(import("@backstage/plugin-auth-backend"));
backend.add(import("@backstage/plugin-catalog-backend"));
backend.add(import("backstage-plugin-auth-backend-module-okta-sso"));
backend.add(readyForSignIn);

// A backend that cannot start would stay, not ready and silent: its end makes Kubernetes show these last words.
backend.start().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
