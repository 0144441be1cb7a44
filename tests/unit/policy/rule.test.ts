import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { isWeb, requiresPkce } from "../../../policy/app";
import { hasNoGuest } from "../../../policy/overlay";
import { APP, SECRET } from "../../../policy/resources";
import { levelIn, policyOf } from "../../../policy/rule";
import { purposeOf } from "../../../policy/stack";
import { asSeen, context, UNKNOWN } from "./context";

it.each([
  ["production", "production"],
  ["development", "development"],
  ["local", "local"],
  [undefined, "production"],
  ["", "production"],
  ["Development", "production"],
])("takes a stack with the purpose %s for %s", (configured, purpose) => {
  expect(purposeOf(configured)).toBe(purpose);
});

it("is as strict as the purpose of the stack asks", () => {
  expect(levelIn(isWeb.level, "development")).toBe("mandatory");
  expect(levelIn(requiresPkce.level, "production")).toBe("mandatory");
  expect(levelIn(requiresPkce.level, "local")).toBe("advisory");
  expect(levelIn(hasNoGuest.level, "local")).toBe("disabled");
  expect(levelIn(hasNoGuest.level, "development")).toBe("mandatory");
});

describe("as a policy", () => {
  const { stack, options } = context();
  const policy = policyOf(isWeb, stack) as ResourceValidationPolicy;

  function violations(type: string, props: object): string[] {
    const reported: string[] = [];
    const notApplicable = (reason?: string): never => {
      throw new Error(`not applicable: ${reason}`);
    };
    const args = { type, props, opts: options, notApplicable } as unknown as ResourceValidationArgs;
    const validate = policy.validateResource as (args: ResourceValidationArgs, report: (text: string) => void) => void;
    validate(args, (text) => reported.push(text));
    return reported;
  }

  it("says what must hold, what is wrong and what to do", () => {
    expect(policy.description).toBe("The app in Okta is a web app.");
    expect(violations(APP, { type: "native" })).toEqual([`Its type is native. ${isWeb.remedy}`]);
    expect(violations(APP, { type: "web" })).toEqual([]);
  });

  it("does not apply to other resources, nor to what a preview does not know yet", () => {
    expect(() => violations(SECRET, {})).toThrow("not applicable");
    expect(() => violations(APP, { type: "service" })).toThrow("not applicable");
    expect(() => violations(APP, asSeen({ type: UNKNOWN }))).toThrow("not applicable: known in the update alone");
  });
});
