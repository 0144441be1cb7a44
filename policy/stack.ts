import * as pulumi from "@pulumi/pulumi";

/** What a stack is for, by which some rules are more or less strict. */
export type Purpose = "production" | "development" | "local";

/** What the rules know of the stack beyond its resources. */
export interface Stack {
  purpose: Purpose;
  /** Backstage's `app.baseUrl`, without a trailing slash. */
  portalUrl: string;
  /** Backstage's `backend.baseUrl`, without a trailing slash. */
  backendUrl: string;
  /** Further redirect URIs that the config names. */
  redirectUris: string[];
  /** The Okta org's URL, or its custom domain. */
  oktaUrl: string;
  /** The Okta groups whose members may sign in: names, or IDs. */
  allowedGroups: (string | { id: string })[];
}

/** The stack that this pack was started for, by its config. */
export function thisStack(): Stack {
  const config = new pulumi.Config("backstage-okta-sso");
  const portalUrl = config.get("portalUrl") ?? "";
  return {
    purpose: purposeOf(config.get("purpose")),
    portalUrl,
    backendUrl: config.get("backendUrl") || portalUrl,
    redirectUris: config.getObject<string[]>("redirectUris") ?? [],
    oktaUrl: config.get("oktaUrl") ?? "",
    allowedGroups: config.getObject<Stack["allowedGroups"]>("allowedGroups") ?? [],
  };
}

/** What a stack is for, by its config: production unless that says otherwise in one of the other words. */
export function purposeOf(configured: string | undefined): Purpose {
  return configured === "development" || configured === "local" ? configured : "production";
}
