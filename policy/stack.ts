import * as pulumi from "@pulumi/pulumi";

/** What a stack is for. */
export type Purpose = "production" | "local" | "other";

/** What the rules know of the stack beyond its resources. */
export interface Stack {
  purpose: Purpose;
  /** Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: string;
  /** Backstage's `backend.baseUrl`, without a trailing slash. */
  backendUrl: string;
  /** The names of the Okta groups whose members may sign in. */
  allowedGroups: string[];
}

/** The stack that this pack was started for, by its name and config. */
export function thisStack(): Stack {
  const config = new pulumi.Config("backstage-okta-sso");
  const portalUrl = config.get("portalUrl") ?? "";
  return {
    purpose: purposeOf(pulumi.getStack()),
    portalUrl,
    backendUrl: config.get("backendUrl") || portalUrl,
    allowedGroups: config.getObject<string[]>("allowedGroups") ?? [],
  };
}

/**
 * What a stack is for, by its name: production if `prod` or `production` is a word of it, as in `prod` and
 * `acme-prod-eu`; local if it is `local`.
 */
export function purposeOf(name: string): Purpose {
  if (/(^|[-_.])prod(uction)?($|[-_.])/i.test(name)) return "production";
  return name === "local" ? "local" : "other";
}
