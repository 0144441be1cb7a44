import type { OpType } from "@pulumi/pulumi/automation";
import type { EngineEvent, StepEventMetadata } from "../../../ops/preview";

type Inputs = Record<string, unknown>;

/** The URN of a resource of the stack `dev`, in the component that makes it where that matters. */
export function urnOf(type: string, name = "backstage", component?: string): string {
  const parents = ["BackstageSso", component ?? []].flat().map((each) => `backstage-okta-sso:index:${each}`);
  return `urn:pulumi:dev::backstage-okta-sso::${[...parents, type].join("$")}::${name}`;
}

/** A step of a preview, as the engine reports it. */
export function step(
  op: OpType,
  type: string,
  before: Inputs | undefined,
  after: Inputs | undefined,
  details: Partial<StepEventMetadata> = {},
  outputs: Inputs = {},
): StepEventMetadata {
  const urn = details.urn ?? urnOf(type);
  const state = (inputs: Inputs) => ({
    type,
    urn,
    custom: true,
    id: "an-id",
    parent: "",
    inputs,
    outputs,
    provider: "",
  });
  return {
    op,
    urn,
    type,
    provider: "",
    ...(before && { old: state(before) }),
    ...(after && { new: state(after) }),
    ...details,
  };
}

/** An event of the engine. */
export const event = (content: Partial<EngineEvent>): EngineEvent => ({ sequence: 0, timestamp: 0, ...content });
