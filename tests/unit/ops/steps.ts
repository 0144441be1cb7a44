import type { OpType } from "@pulumi/pulumi/automation";
import type { EngineEvent, StepEventMetadata } from "../../../ops/preview";

type Inputs = Record<string, unknown>;

/** A step of a preview, as the engine reports it. */
export function step(
  op: OpType,
  type: string,
  before: Inputs | undefined,
  after: Inputs | undefined,
  details: Partial<StepEventMetadata> = {},
  outputs: Inputs = {},
): StepEventMetadata {
  const parent = "backstage-okta-sso:index:BackstageSso";
  const urn = `urn:pulumi:dev::backstage-okta-sso::${parent}$${type}::backstage`;
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
