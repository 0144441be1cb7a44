import { unknownCheckingProxy } from "@pulumi/policy";
import { APP } from "../../../policy/resources";
import type { Context } from "../../../policy/rule";
import type { Stack } from "../../../policy/stack";

/** What a rule sees beside the inputs, of a production stack that keeps to every rule. */
export function context({
  type = APP,
  stack,
  options,
}: { type?: string; stack?: Partial<Stack>; options?: Partial<Context["options"]> } = {}): Context {
  return {
    type,
    options: { protect: true, additionalSecretOutputs: ["data", "stringData"], ...options },
    stack: {
      purpose: "production",
      portalUrl: "https://backstage.acme.example",
      backendUrl: "https://backstage.acme.example",
      redirectUris: [],
      oktaUrl: "https://acme.okta.com",
      allowedGroups: ["backstage-users"],
      ...stack,
    },
  };
}

/** What the engine gives in the place of a text that a preview does not know yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs as a policy sees them: reading one that is UNKNOWN throws. The SDK exports this without its type. */
export const asSeen = unknownCheckingProxy as (props: object) => object;
