import { DiffKind } from "@pulumi/pulumi/automation";
import { describe as describeDrift, findDrift } from "../../../ops/drift";
import { readEvents } from "../../../ops/preview";
import { event, step } from "./steps";

const APP = "okta:app/oAuth:OAuth";
const POLICY = "okta:auth/serverPolicy:ServerPolicy";
const SECRET = "kubernetes:core/v1:Secret";
const SERVER = "okta:auth/server:Server";

const differs = (path: string) => ({ detailedDiff: { [path]: { diffKind: DiffKind.update, inputDiff: true } } });
const found = (...args: Parameters<typeof step>) => event({ resOutputsEvent: { metadata: step(...args) } });
const planned = (...args: Parameters<typeof step>) => event({ resourcePreEvent: { metadata: step(...args) } });

const drift = findDrift(
  readEvents([
    found("refresh", APP, { label: "a" }, { label: "b" }, differs("label")),
    found("refresh", SECRET, { data: {} }, undefined),
    found("refresh", POLICY, { priority: 1 }, { priority: 2 }, differs("priority")),
    planned("update", APP, { label: "b" }, { label: "a" }, differs("label")),
    planned("create", SECRET, undefined, { data: {} }),
    planned("update", SERVER, { audiences: ["a"] }, { audiences: ["b"] }, differs("audiences")),
  ]),
);

it("is what somebody changed or deleted, and an update would put right", () => {
  expect(drift.changedByHand).toEqual([
    { resource: "okta.app.OAuth backstage", operation: "update", properties: [{ path: "label", from: "a", to: "b" }] },
    { resource: "kubernetes.core.v1.Secret backstage", operation: "delete", properties: [] },
  ]);
});

it("is what was never brought up", () => {
  expect(drift.notBroughtUp).toMatchObject([{ resource: "okta.auth.Server backstage", operation: "update" }]);
});

it("reads as what is there now, and what puts it right", () => {
  expect(describeDrift(drift, "dev")).toBe(
    [
      "Changed by somebody else since the last update:",
      "  okta.app.OAuth backstage: update",
      '    label: "a" → "b"',
      "  kubernetes.core.v1.Secret backstage: delete",
      "In the checkout or the config, but never brought up:",
      "  okta.auth.Server backstage: update",
      '    audiences: ["a"] → ["b"]',
      "To put it right: pulumi up --stack dev --refresh",
    ].join("\n"),
  );
});
