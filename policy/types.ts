import * as types from "./resources";
import type { Rule } from "./rule";

const OWN: string[] = Object.values(types);
/** Components and providers make nothing by themselves. */
const WITHOUT_EFFECT = /^(backstage-okta-sso:index:|pulumi:providers:)/;

/**
 * The other rules each judge one type. Many others loosen an app from outside of it, such as okta.app.OAuthRedirectUri,
 * okta.app.User or okta.AdminRoleCustom, or change a ConfigMap, such as ConfigMapPatch.
 */
export const isOwn: Rule<object> = {
  name: "resource-is-of-the-stack",
  description: "The stack has no resource of a type that no rule knows.",
  remedy:
    "Make it in a stack of its own; or, for a type that belongs here, write the rules for it and name it in policy/resources.ts.",
  level: "mandatory",
  check: (_, { type }) => (OWN.includes(type) || WITHOUT_EFFECT.test(type) ? undefined : `Its type is ${type}.`),
};
