import { PolicyPack } from "@pulumi/policy";
import { policyOf } from "./rule";
import { rules } from "./rules";
import { thisStack } from "./stack";

const stack = thisStack();
new PolicyPack("backstage-okta-sso", { policies: rules.map((rule) => policyOf(rule, stack)) });
