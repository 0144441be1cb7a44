import { PolicyPack } from "@pulumi/policy";
import * as access from "./access";
import * as app from "./app";
import * as groupsClaim from "./groupsClaim";
import * as overlay from "./overlay";
import * as redirectUris from "./redirectUris";
import { policyOf, type Rule, type StackRule } from "./rule";
import * as secrets from "./secrets";
import { thisStack } from "./stack";
import * as tokens from "./tokens";

const groups: Record<string, Rule<never> | StackRule>[] = [
  app,
  redirectUris,
  access,
  tokens,
  groupsClaim,
  overlay,
  secrets,
];
const rules = groups.flatMap((group) => Object.values(group));
const stack = thisStack();
new PolicyPack("backstage-okta-sso", { policies: rules.map((rule) => policyOf(rule, stack)) });
