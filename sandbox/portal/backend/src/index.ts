import { existsSync, writeFileSync } from "node:fs";
import { createBackend } from "@backstage/backend-defaults";
import { readyForSignIn } from "./readyForSignIn";

const backend = createBackend();
backend.add(import("@backstage/plugin-app-backend"));
backend.add(import("@backstage/plugin-auth-backend"));
backend.add(import("@backstage/plugin-catalog-backend"));
backend.add(import("backstage-plugin-auth-backend-module-okta-sso"));
backend.add(import("backstage-plugin-catalog-backend-module-okta-org"));
backend.add(import("@backstage/plugin-permission-backend"));
backend.add(import("@backstage-community/plugin-rbac-backend"));
backend.add(readyForSignIn);

// A container has this file; what is in it at the end, Kubernetes shows as the pod's own message.
const TERMINATION_LOG = "/dev/termination-log";

// A backend that cannot start does not end by itself: it would stay, not ready, and not say why.
backend.start().catch(({ message }: Error) => {
  if (existsSync(TERMINATION_LOG)) writeFileSync(TERMINATION_LOG, message);
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
