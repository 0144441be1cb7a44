import { DiffKind, type EngineEvent } from "@pulumi/pulumi/automation";
import { toDrift } from "../../../ops/drift";
import { describe as describeDrift } from "../../../ops/drift/describe";
import { sortOut } from "../../../ops/drift/findDrift";
import type { OtherPolicy } from "../../../ops/okta/accessPolicies";
import { readEvents } from "../../../ops/preview";
import type { SecretFinding } from "../../../ops/okta/secretHealth";
import { TYPES } from "../../../ops/resourceTypes";
import { event, step } from "./steps";

const NOTHING = { others: [], inTheWay: [], secrets: [] };
const APP = { label: "a", grantTypes: ["authorization_code"], responseTypes: ["code"] };

const differs = (path: string) => ({ detailedDiff: { [path]: { diffKind: DiffKind.update, inputDiff: true } } });
const found = (...args: Parameters<typeof step>) => event({ resOutputsEvent: { metadata: step(...args) } });
const announced = (...args: Parameters<typeof step>) => event({ resourcePreEvent: { metadata: step(...args) } });
const error = (message: string, type?: string) => {
  const urn = type && step("same", type, {}, {}).urn;
  return event({ diagnosticEvent: { message, color: "never", severity: "error", urn } });
};
const sorted = (...events: EngineEvent[]) => sortOut(readEvents(events, "preview failed"));

const events = [
  found("refresh", TYPES.app, APP, { ...APP, label: "b" }, differs("label")),
  found("refresh", TYPES.secret, { data: {} }, undefined),
  found("refresh", TYPES.policy, { priority: 1 }, { priority: 2 }, differs("priority")),
  announced("update", TYPES.app, { ...APP, label: "b" }, APP, differs("label")),
  announced("create", TYPES.secret, undefined, { data: {} }),
  announced("same", TYPES.policy, { priority: 2 }, { priority: 2 }),
  announced("update", TYPES.server, { audiences: ["a"] }, { audiences: ["b"] }, differs("audiences")),
];
const drift = toDrift(sortOut(readEvents(events)), NOTHING, "dev");

it("is what somebody changed or deleted, and an update would put right", () => {
  expect(drift.changedByHand).toEqual([
    { resource: "okta.app.OAuth backstage", operation: "update", properties: [{ path: "label", from: "a", to: "b" }] },
    { resource: "kubernetes.core.v1.Secret backstage", operation: "delete", properties: [] },
  ]);
});

it("is what was never brought up", () => {
  expect(drift.notBroughtUp).toMatchObject([{ resource: "okta.auth.Server backstage", operation: "update" }]);
});

it("reads as what is there now, what that does to people, and what puts it right", () => {
  expect(describeDrift(drift)).toBe(
    [
      "Changed by somebody else since the last update:",
      "  okta.app.OAuth backstage: update",
      '    label: "a" → "b"',
      "  kubernetes.core.v1.Secret backstage: delete",
      "What that does to people:",
      "  sign-in-breaks: There is no Secret with the portal's credentials: its next pods cannot start. Sign-in fails.",
      "In the checkout or the config, but never brought up:",
      "  okta.auth.Server backstage: update",
      '    audiences: ["a"] → ["b"]',
      "To put it right:",
      "  Put back what was changed, and bring up what was not:",
      "    pulumi up --stack dev --refresh",
    ].join("\n"),
  );
});

it("shows nothing from elsewhere that a terminal would act on", () => {
  const changed = found("refresh", TYPES.app, { ...APP }, { ...APP, label: "\u001b[2J\u009b2Jb" }, differs("label"));
  // eslint-disable-next-line no-control-regex
  expect(describeDrift(toDrift(sorted(changed), NOTHING, "dev"))).not.toMatch(/[\u001b\u009b]/);
});

it("is a client secret that somebody added in Okta, but not one that is old", () => {
  const secrets: SecretFinding[] = [
    { kind: "other", cause: "the app has another" },
    { kind: "old", cause: "it is old" },
  ];
  const { changedByHand, warnings, remedies } = toDrift(sorted(), { ...NOTHING, secrets }, "dev");
  expect(changedByHand).toEqual([
    { resource: "client secret: the app has another", operation: "create", properties: [] },
  ]);
  expect(warnings).toEqual(["it is old"]);
  expect(remedies).toMatchObject([{ commands: ["npm run rotate -- --stack dev --client-secret"] }]);
});

describe("an app that is gone, which its provider fails to read", () => {
  const gone = sorted(
    announced("refresh", TYPES.app, APP, APP),
    error("Preview failed: failed to get OAuth application: 404 Not Found", TYPES.app),
  );
  const { changedByHand, disruptions, remedies } = toDrift(gone, NOTHING, "dev");

  it("was deleted by hand", () => {
    expect(gone.unexplained).toEqual([]);
    expect(changedByHand).toEqual([{ resource: "okta.app.OAuth backstage", operation: "delete", properties: [] }]);
    expect(disruptions).toEqual([{ kind: "app-replaced", message: "The OIDC app is deleted: nobody can sign in." }]);
  });

  it("is made anew by commands that name it", () => {
    const [note, up] = remedies.flatMap(({ commands }) => commands);
    expect(note).toContain(step("same", TYPES.app, {}, {}).urn);
    expect(up).toBe("pulumi up --stack dev --refresh");
  });
});

describe("an object that somebody else applied in part", () => {
  const edited = found("refresh", TYPES.configMap, { data: {} }, { data: { a: "b" } }, differs("data.a"));
  const conflict = error(
    'Preview failed: Apply failed with 1 conflict: conflict with "kubectl-patch"',
    TYPES.configMap,
  );

  it("was changed by hand, and is put right without a preview, which would stop there too", () => {
    const result = sorted(edited, conflict);
    expect(result.unexplained).toEqual([]);
    expect(toDrift(result, NOTHING, "dev").remedies.map(({ commands }) => commands)).toEqual([
      ["pulumi up --stack dev --refresh --yes --skip-preview"],
    ]);
  });

  it("is not what else went wrong", () => {
    expect(sorted(edited, conflict, error("connection refused")).unexplained).toEqual([
      { message: "connection refused" },
    ]);
    expect(sorted(conflict).unexplained).toHaveLength(1);
  });
});

it("names what is in the way of an update, and how to take it up", () => {
  const planned = announced("create", TYPES.policy, undefined, { name: "backstage-dev", authServerId: "aus1" });
  const inTheWay = {
    resource: "okta.auth.ServerPolicy backstage",
    urn: step("same", TYPES.policy, {}, {}).urn,
    type: TYPES.policy,
    parent: "urn:parent",
    importId: "aus1/00p1",
    path: "/api/v1/authorizationServers/aus1/policies/00p1",
  };
  const { remedies } = toDrift(sorted(planned), { ...NOTHING, inTheWay: [inTheWay] }, "dev");
  expect(remedies[0]?.text).toContain("is in Okta already, as `aus1/00p1`");
  expect(remedies[0]?.text).toContain("`DELETE /api/v1/authorizationServers/aus1/policies/00p1`");
  expect(remedies.flatMap(({ commands }) => commands)).toEqual([
    "pulumi import --stack dev 'okta:auth/serverPolicy:ServerPolicy' 'backstage' 'aus1/00p1' --parent 'parent=urn:parent' --protect=false --generate-code=false",
    "pulumi up --stack dev --refresh",
  ]);
});

it("names a policy that somebody put in front of the stack's own, and who it is for", () => {
  const conditions = { clients: { include: ["ALL_CLIENTS"] } };
  const policy = { id: "00p9", name: "Everything", status: "ACTIVE", priority: 1, conditions } as const;
  const others: OtherPolicy[] = [{ policy, isFirst: true }];
  const { disruptions, remedies } = toDrift(sorted(), { ...NOTHING, others }, "dev");
  expect(disruptions.map(({ message }) => message)).toEqual([
    "The access policy `Everything` (`00p9`), which is for all clients, is asked before this stack's own: its rules decide what people's tokens hold and how long they last.",
  ]);
  expect(remedies.map(({ text }) => text)).toEqual([expect.stringContaining("policies/00p9/lifecycle/deactivate`")]);
});
