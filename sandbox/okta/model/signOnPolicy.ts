import { z } from "zod";
import { ids, priority, status, text, type Status, type Times } from "./fields";

export const signOnPolicyBody = z.object({
  type: z.literal("ACCESS_POLICY", { error: "The local Okta has policies of the type ACCESS_POLICY only" }),
  name: text(255),
  description: z.string().max(1024).default(""),
  priority,
});

/** A sign-in policy of apps (`ACCESS_POLICY`). */
export interface SignOnPolicy extends z.output<typeof signOnPolicyBody>, Times {
  id: string;
  status: Status;
  /** Okta's own: apps that name no other are on it. */
  system: boolean;
}

const people = z.object({ include: ids.default([]), exclude: ids.default([]) }).prefault({});

export const signOnRuleBody = z.object({
  type: z.literal("ACCESS_POLICY", { error: "The type must be ACCESS_POLICY" }),
  name: text(255),
  status,
  priority,
  conditions: z.looseObject({ people: z.object({ groups: people, users: people }).optional() }).optional(),
  actions: z.object({ appSignOn: z.looseObject({ access: z.enum(["ALLOW", "DENY"]) }) }),
});

/** A rule of such a policy: whom it lets in to the apps. */
export interface SignOnRule extends z.output<typeof signOnRuleBody>, Times {
  id: string;
  policyId: string;
  /** The rule for whom no other one is, which Okta makes in each policy. */
  system: boolean;
}
