import { DiffKind } from "@pulumi/pulumi/automation";
import { CONFIG_MISTAKE } from "../../../components/marks";
import { isFoundChanged, readEvents, resourceName } from "../../../ops/preview";
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
    const { steps, planned } = readEvents(events);
    expect(steps.map(({ op, type }) => `${op} ${type}`)).toEqual([`replace ${APP}`, "update okta:auth/server:Server"]);
    expect(planned.map(({ op }) => op)).toEqual(["same", "replace", "update", "update"]);
  });

  it("leave out components", () => {
    const component = pre("create", "backstage-okta-sso:index:Overlay", undefined, {});
    component.resourcePreEvent!.metadata.new!.custom = undefined;
    expect(readEvents([component]).steps).toEqual([]);
  });
});

it("tells what a refresh found, and whether that is different or gone", () => {
  const detailedDiff = { redirectUris: { diffKind: DiffKind.update, inputDiff: true } };
  const events = [
    found("refresh", APP, {}, {}, { detailedDiff: {} }),
    found("refresh", APP, {}, {}, { detailedDiff }),
    found("refresh", "kubernetes:core/v1:Secret", {}, undefined),
    found("update", APP, {}, {}, { detailedDiff }),
  ];
  expect(readEvents(events).found.map(isFoundChanged)).toEqual([false, true, true]);
});

describe("a preview that fails", () => {
  it.each([
    `${CONFIG_MISTAKE}: the config of stack dev has a mistake. Nothing was changed.\n  portalUrl "x" is not a URL`,
    "Running program '/a/index.ts' failed with an unhandled exception:\nError: Cannot find module 'x'",
    'unable to replace resource "urn" as it is currently marked for protection',
    "okta:app/oAuth:OAuth resource 'backstage' has a problem: expected type to be one of [web]",
    "Stack 'dev' is missing configuration value 'backstage-okta-sso:portalUrl'",
  ])("is the change's own fault: %s", (message) => {
    expect(failure(message)?.byAuthor).toBe(true);
  });

  it.each([
    "the config of stack dev has a mistake. Nothing was changed.\n  oktaUrl could not be asked about groups: read ECONNRESET",
    "configured Kubernetes cluster is unreachable: unable to load schema information from the API server",
    "[ERROR] The Okta provider was not properly configured. Please check your credentials: 401 Unauthorized",
    "failed to get OAuth application: 404 Not Found",
    "You do not have permission to access the feature you are requesting, Status: 403 Forbidden",
    "Running program '/a/index.ts' failed with an unhandled exception:\nError: invocation of okta:index/getGroups:getGroups returned an error: dial tcp: connection refused",
    "Running program '/a/index.ts' failed with an unhandled exception:\n<ref *1> Error: 14 UNAVAILABLE: Connection dropped",
    "something that nobody has seen yet",
  ])("is not: %s", (message) => {
    expect(failure(message)?.byAuthor).toBe(false);
  });

  it("is the change's own fault when that is one of several reasons", () => {
    const exception = "Running program '/a/index.ts' failed with an unhandled exception:\nError: oops";
    expect(failure("connection refused", exception)?.byAuthor).toBe(true);
  });

  it("tells which resource each reason is about", () => {
    const told = { message: "404 Not Found", color: "never", severity: "error" as const, urn: "urn:a" };
    expect(readEvents([event({ diagnosticEvent: told })]).failure?.errors).toEqual([
      { message: "404 Not Found", urn: "urn:a" },
    ]);
  });

  it("is told without a stack trace", () => {
    expect(
      failure("Error: oops\n    at Object.<anonymous> (/a/index.ts:4:7)\n    at require (node:x:1:2)")?.message,
    ).toBe("Error: oops");
  });

  it("is not told again by the engine's last word", () => {
    expect(failure("404 Not Found", "preview failed")?.errors).toEqual([{ message: "404 Not Found" }]);
  });

  it("is told by the engine where no event tells of it", () => {
    expect(readEvents([], "incorrect passphrase").failure).toMatchObject({
      message: "incorrect passphrase",
      byAuthor: false,
    });
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
