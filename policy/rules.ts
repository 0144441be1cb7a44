import * as access from "./access";
import * as app from "./app";
import * as catalogApp from "./catalogApp";
import * as groupsClaim from "./groupsClaim";
import * as overlay from "./overlay";
import * as redirectUris from "./redirectUris";
import type { Rule, StackRule } from "./rule";
import * as secrets from "./secrets";
import * as tokens from "./tokens";
import * as types from "./types";

const groups: Record<string, Rule<never> | StackRule>[] = [
  app,
  catalogApp,
  redirectUris,
  access,
  tokens,
  groupsClaim,
  overlay,
  secrets,
  types,
];

/** Every rule of the pack. */
export const rules = groups.flatMap((group) => Object.values(group));
