import { DiffKind } from "@pulumi/pulumi/automation";
import { readEvents, resourceName } from "../../../ops/preview";
import { event, step } from "./steps";

const APP = "okta:app/oAuth:OAuth";
const pre = (...args: Parameters<typeof step>) => event({ resourcePreEvent: { metadata: step(...args) } });
const found = (...args: Parameters<typeof step>) => event({ resOutputsEvent: { metadata: step(...args) } });
const error = (message: string) =>
  event({ diagnosticEvent: { message, color: "never", severity: "error", prefix: "error: " } });
const failure = (...messages: string[]) => readEvents(messages.map(error), "preview failed").failure;

describe("the steps of a preview", () => {
  it("are one for each resource that changes", () => {
    const events = [
      pre("same", APP, {}, {}),
      pre("replace", APP, {}, {}),
      pre("create-replacement", APP, {}, {}),
      pre("delete-replaced", APP, {}, undefined),
      pre("update", "okta:auth/server:Server", {}, {}),
      pre("update", "pulumi:providers:okta", {}, {}),
    ];
    expect(readEvents(events).steps.map(({ op, type }) => `${op} ${type}`)).toEqual([
      `replace ${APP}`,
      "update okta:auth/server:Server",
    ]);
  });

  it("leave out components", () => {
    const component = pre("create", "backstage-okta-sso:index:Overlay", undefined, {});
    component.resourcePreEvent!.metadata.new!.custom = undefined;
    expect(readEvents([component]).steps).toEqual([]);
  });
});

it("takes from a refresh what is different, or gone", () => {
  const detailedDiff = { redirectUris: { diffKind: DiffKind.update, inputDiff: true } };
  const events = [
    found("refresh", APP, {}, {}, { detailedDiff: {} }),
    found("refresh", APP, {}, {}, { detailedDiff }),
    found("refresh", "kubernetes:core/v1:Secret", {}, undefined),
    found("update", APP, {}, {}, { detailedDiff }),
  ];
  expect(readEvents(events).found.map(({ type }) => type)).toEqual([APP, "kubernetes:core/v1:Secret"]);
});

describe("a preview that fails", () => {
  it.each([
    'the config of stack dev has a mistake. Nothing was changed.\n  backstage-okta-sso:portalUrl "x" is not a URL',
    "the config of stack dev has 2 mistakes. Nothing was changed.\n  a\n  oktaUrl could not be asked: timed out",
    "Running program '/a/index.ts' failed with an unhandled exception:\nError: Cannot find module 'x'",
    'unable to replace resource "urn" as it is currently marked for protection',
  ])("is the change's own fault: %s", (message) => {
    expect(failure(message)?.outside).toBe(false);
  });

  it.each([
    "the config of stack dev has a mistake. Nothing was changed.\n  oktaUrl could not be asked about groups: read ECONNRESET",
    "configured Kubernetes cluster is unreachable: unable to load schema information from the API server",
    "GET /api/v1/users/me: Okta answered 401 E0000011 Invalid token provided",
  ])("is somebody else's fault: %s", (message) => {
    expect(failure(message)?.outside).toBe(true);
  });

  it("is the change's own fault when that is one of several reasons", () => {
    expect(failure("connection refused", "Error: oops")?.outside).toBe(false);
  });

  it("is told without a stack trace", () => {
    expect(
      failure("Error: oops\n    at Object.<anonymous> (/a/index.ts:4:7)\n    at require (node:x:1:2)")?.message,
    ).toBe("Error: oops");
  });

  it("is told by the engine where no event tells of it", () => {
    expect(readEvents([], "incorrect passphrase").failure).toEqual({ message: "incorrect passphrase", outside: true });
  });

  it("is none when a policy ended it", () => {
    const policyEvent = { message: "", color: "", policyName: "", policyPackName: "", policyPackVersion: "" };
    const veto = { ...policyEvent, policyPackVersionTag: "", enforcementLevel: "mandatory" } as const;
    expect(readEvents([event({ policyEvent: veto })], "preview failed").failure).toBeUndefined();
    const advice = { ...veto, enforcementLevel: "advisory" as "warning" };
    expect(readEvents([event({ policyEvent: advice })], "preview failed").failure).toBeDefined();
  });
});

it.each([
  ["okta:app/oAuth:OAuth", "okta.app.OAuth backstage"],
  ["okta:index/appGroupAssignments:AppGroupAssignments", "okta.AppGroupAssignments backstage"],
  ["kubernetes:core/v1:ConfigMap", "kubernetes.core.v1.ConfigMap backstage"],
])("calls %s what the SDK calls it: %s", (type, name) => {
  expect(resourceName(step("same", type, {}, {}).urn)).toBe(name);
});
