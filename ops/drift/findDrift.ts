import { type Change, describeChange } from "../change";
import { type EngineError, isFoundChanged, type Preview, type StepEventMetadata } from "../preview";
import { disruptions } from "../signIn/compare";
import type { Disruption } from "../signIn/kinds";
import { type SignIn, signInOf } from "../signIn/model";
import { beforeAndAfter } from "../signIn/resources";

/** Where Okta or the cluster differs from what the checkout says. */
export interface Drift {
  /** Changed by somebody else than Pulumi since the last update: from what Pulumi made, to what is there. */
  changedByHand: Change[];
  /** What the checkout or the config has that was never brought up. */
  notBroughtUp: Change[];
  /** What the changes by hand do to people. */
  disruptions: Disruption[];
  /** What is no drift, but wants somebody's attention. */
  warnings: string[];
  /** What puts it right. */
  remedies: Remedy[];
}

export interface Remedy {
  /** What is wrong, and what the commands do about it. */
  text: string;
  /** For a shell, in this order. */
  commands: string[];
}

/** What a preview with a refresh tells, sorted. */
export interface Found {
  /** A step for each resource that somebody changed, and that an update would change back. */
  changedByHand: StepEventMetadata[];
  notBroughtUp: StepEventMetadata[];
  /** Those of the resources changed by hand that their provider cannot read, since they are gone. */
  unreadable: StepEventMetadata[];
  /** Whether a preview stops at an object that somebody else applied in part. */
  hasConflict: boolean;
  /** The sign-in as it was brought up, and as it is there now. */
  recorded: SignIn;
  there: SignIn;
  /** What the engine said that has nothing to do with a change by hand: then nobody can tell. */
  unexplained: EngineError[];
}

/** As Kubernetes says that another field manager has a field (server-side apply). */
const CONFLICT = /\bconflicts?\b/;
/** As a provider says that what it was to read is gone, where it does not take that for an answer. */
const GONE = /\b404\b/;

/**
 * Tells what an update would put right from what it would bring up. A difference that an update leaves alone is none,
 * such as the priority of the access policy, which Okta moves.
 */
export function sortOut({ steps, planned, found, unread, failure }: Preview): Found {
  const isAbout = (urn: string, words: RegExp) =>
    failure?.errors.some((error) => error.urn === urn && words.test(error.message)) ?? false;
  const unreadable = unread.filter(({ urn }) => isAbout(urn, GONE));
  const refreshed = [...found, ...unreadable.map((step) => ({ ...step, new: undefined }))];
  const left = new Set(planned.filter(({ op }) => op === "same").map(({ urn }) => urn));
  const changedByHand = refreshed.filter((step) => isFoundChanged(step) && !left.has(step.urn));
  const byHand = new Set(changedByHand.map(({ urn }) => urn));
  const { before, after } = beforeAndAfter(refreshed);
  const isExplained = ({ urn = "", message }: EngineError) =>
    byHand.has(urn) && (CONFLICT.test(message) || GONE.test(message));
  return {
    changedByHand,
    notBroughtUp: steps.filter(({ urn }) => !byHand.has(urn)),
    unreadable,
    hasConflict: changedByHand.some(({ urn }) => isAbout(urn, CONFLICT)),
    recorded: signInOf(before),
    there: signInOf(after),
    unexplained: (failure?.errors ?? []).filter((error) => !isExplained(error)),
  };
}

/** The drift, but for what is to be done about it. */
export function describeFound({
  changedByHand,
  notBroughtUp,
  recorded,
  there,
}: Found): Omit<Drift, "warnings" | "remedies"> {
  return {
    changedByHand: changedByHand.map((step) => ({
      ...describeChange(step),
      operation: step.new ? "update" : "delete",
    })),
    notBroughtUp: notBroughtUp.map(describeChange),
    // Whether pods restart is not seen in what is there.
    disruptions: disruptions(recorded, there).filter(({ kind }) => kind !== "portal-restart"),
  };
}
