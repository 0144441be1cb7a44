import {
  type EnforcementLevel,
  type Policy,
  type PolicyResource,
  type PolicyResourceOptions,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy";
import { APP, SERVICE_APP } from "./resources";
import type { Purpose, Stack } from "./stack";

/** How strict a rule is: everywhere the same, or by what the stack is for. */
export type Level = EnforcementLevel | (Partial<Record<Purpose, EnforcementLevel>> & { otherwise: EnforcementLevel });

interface Words {
  /** The rule's name in reports and in a `--policy-pack-config`. */
  name: string;
  /** What must hold, as a sentence. */
  description: string;
  /** What to do where it does not, as a sentence. */
  remedy: string;
  level: Level;
}

/** What a rule sees of a resource beyond its inputs. */
export interface Context {
  /** As its URN has it. */
  type: string;
  options: Pick<PolicyResourceOptions, "protect" | "additionalSecretOutputs">;
  stack: Stack;
}

/** A rule for each resource of one type, or of any. */
export interface Rule<Props> extends Words {
  /** The types of resource, as their URNs have them, or {@link SERVICE_APP}. @default any */
  type?: string | string[];
  /**
   * Judges a resource's inputs, which are as the provider has checked them.
   *
   * @returns what is wrong, as a sentence that names no secret; undefined if nothing is
   */
  check(props: Props, context: Context): string | undefined;
}

/** What a rule for a whole stack sees of a resource. */
type StackResource = Pick<PolicyResource, "type" | "name" | "props" | "urn"> &
  Partial<Pick<PolicyResource, "propertyDependencies">>;

/** A rule for the resources of a stack together, with their outputs. */
export interface StackRule extends Words {
  checkStack(resources: StackResource[]): StackViolation[];
}

/** What is wrong with a resource of a stack. */
export interface StackViolation {
  urn: string;
  /** A sentence that names no secret. */
  violation: string;
}

/** The rule as the policy SDK takes it. */
export function policyOf(
  rule: Rule<never> | StackRule,
  stack: Stack,
): ResourceValidationPolicy | StackValidationPolicy {
  const policy: Policy = {
    name: rule.name,
    description: rule.description,
    remediationSteps: rule.remedy,
    enforcementLevel: levelIn(rule.level, stack.purpose),
  };
  const words = (violation: string) => `${violation} ${rule.remedy}`;
  if ("checkStack" in rule) {
    const validateStack: StackValidationPolicy["validateStack"] = ({ resources }, report) =>
      rule.checkStack(resources).forEach(({ violation, urn }) => report(words(violation), urn));
    return { ...policy, validateStack };
  }
  const validateResource: ResourceValidationPolicy["validateResource"] = (resource, report) => {
    const { type, props, opts: options } = resource;
    if (rule.type !== undefined && ![rule.type].flat().includes(kindOf(type, props))) return resource.notApplicable();
    const check = () => rule.check(props as never, { type, options, stack });
    // Before a resource is made a preview does not know all of its inputs; the update does, and checks them before it
    // makes it.
    const violation = ifKnown(check, () => resource.notApplicable("known in the update alone"));
    if (violation) report(words(violation));
  };
  return { ...policy, validateResource };
}

/** A resource's type, which for an app depends on whether people sign in to it. */
export function kindOf(type: string, props: Record<string, unknown>): string {
  if (type !== APP) return type;
  return ifKnown(
    () => (props.type === "service" ? SERVICE_APP : APP),
    () => APP,
  );
}

/** What `read` returns, or what `otherwise` does if it comes upon a value that a preview does not know yet. */
export function ifKnown<T>(read: () => T, otherwise: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return otherwise();
    throw error;
  }
}

/** How strict a rule is in a stack for that purpose. */
export function levelIn(level: Level, purpose: Purpose): EnforcementLevel {
  return typeof level === "string" ? level : (level[purpose] ?? level.otherwise);
}
