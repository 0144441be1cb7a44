import { makePlan, type RotateOptions } from "../../../../ops/rotate/plan";
import type { Situation } from "../../../../ops/rotate/situation";
import type { StepEventMetadata } from "../../../../ops/preview";
import { TYPES } from "../../../../ops/resourceTypes";
import { step } from "../steps";

/** A stack whose two secrets are of the second version, and in use. */
const situation = (changes: Partial<Situation> = {}) =>
  ({
    client: {
      version: 2,
      own: "second",
      sent: "second",
      inOkta: [{ id: "ocs2", client_secret: "second", status: "ACTIVE", created: "2026-01-01T00:00:00.000Z" }],
    },
    session: {
      version: 2,
      own: (version) => `session ${version}`,
      inUse: { current: "session 2", other: "session 1" },
    },
    sealsSessions: true,
    restarts: true,
    wasKilled: false,
    values: [],
    ...changes,
  }) as Situation;

const plan = (changes: Partial<Situation> = {}, steps: StepEventMetadata[] = [], options: RotateOptions = {}) =>
  makePlan(situation(changes), steps, options);

const password = step("delete", TYPES.password, {}, undefined);
const rollout = step("update", TYPES.deploymentPatch, {}, {});
const half: Partial<Situation> = { session: { ...situation().session, version: 2.5 } };

it("rotates what it is told to, and both where it is told nothing", () => {
  expect(plan()).toMatchObject({ client: { version: 3 }, session: { versions: [2.5, 3] }, isUnderWay: false });
  expect(plan({}, [], { clientSecret: true }).session).toBeUndefined();
  expect(plan({}, [], { sessionSecret: true }).client).toBeUndefined();
});

it("brings up nothing else by the way, neither at first nor as it goes on", () => {
  const label = step("update", TYPES.app, {}, {});
  const server = step("update", TYPES.server, {}, {});
  expect(() => plan({}, [label])).toThrow(/more than to rotate: update okta.app.OAuth backstage/);
  expect(() => plan(half, [label, server])).toThrow(/more than to rotate: update okta.auth.Server backstage\./);
});

it("rolls out what an interrupted rotation has not, and again where that was killed", () => {
  expect(plan(half, [rollout])).toMatchObject({ isUnderWay: true, rollsOut: true });
  expect(plan(half, [password])).toMatchObject({ isUnderWay: true, rollsOut: false, updates: true });
  expect(plan({ ...half, wasKilled: true }, [password])).toMatchObject({ rollsOut: true });
});

it("brings up the rest of a rotation of which only the former secrets are left", () => {
  const rest = plan({}, [password], { sessionSecret: true, endSessions: true });
  expect(rest).toEqual({ client: undefined, session: undefined, isUnderWay: true, updates: true, rollsOut: false });
});

it("only retires the former client secret in Okta where all else is done", () => {
  const { client } = situation();
  const former = { ...client.inOkta[0]!, id: "ocs1", client_secret: "first", created: "2025-01-01T00:00:00.000Z" };
  const planned = plan({ client: { ...client, inOkta: [former, ...client.inOkta] } });
  expect(planned).toMatchObject({ client: { from: "retire", former }, isUnderWay: true, updates: false });
});

it("names what a portal with Backstage's own module cannot do", () => {
  const ends = { endSessions: true } as const;
  expect(() => plan({ sealsSessions: false }, [], ends)).toThrow(/--end-sessions: a portal with authModule stock/);
  expect(plan({ sealsSessions: false })).toMatchObject({ client: { version: 3 }, session: undefined });
});
