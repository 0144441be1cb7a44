import { DiffKind } from "@pulumi/pulumi/automation";
import { describeChange } from "../../../ops/change";
import { UNKNOWN } from "../../../ops/preview";
import { step } from "./steps";

const APP = "okta:app/oAuth:OAuth";
type Values = Record<string, unknown>;

/** The one property that is described of a change at a path. */
function property(path: string, before: Values, after: Values, outputs: Values = {}) {
  const detailedDiff = { [path]: { diffKind: DiffKind.update, inputDiff: true } };
  return describeChange(step("update", APP, before, after, { detailedDiff }, outputs)).properties[0];
}

const annotations = (checksum: string) => ({ metadata: { annotations: { checksum } } });
const data = (text: string) => ({ data: { "app-config.okta.yaml": text } });

it.each([
  ["redirectUris[0]", { redirectUris: ["a"] }, { redirectUris: ["b"] }],
  ["groups[1].id", { groups: [{}, { id: "a" }] }, { groups: [{}, { id: "b" }] }],
  ["metadata.annotations.checksum", annotations("a"), annotations("b")],
  ['data["app-config.okta.yaml"]', data("a"), data("b")],
  ['spec["a \\"b\\""][0]', { spec: { 'a "b"': ["a"] } }, { spec: { 'a "b"': ["b"] } }],
])("shows the values at %s", (path, before, after) => {
  expect(property(path, before, after)).toEqual({ path, from: "a", to: "b" });
});

it("shows what was added at a path, and what the provider alone knows", () => {
  expect(property("redirectUris[1]", { redirectUris: ["a"] }, { redirectUris: ["a", "b"] })).toEqual({
    path: "redirectUris[1]",
    from: undefined,
    to: "b",
  });
  expect(property("status", {}, {}, { status: "INACTIVE" })).toMatchObject({ to: "INACTIVE" });
});

it.each([
  ["a secret", "[secret]", "[secret]"],
  ["an object", { a: 1 }, { a: 2 }],
  ["a long text", "a".repeat(101), "b"],
  ["what only an update will tell", "a", UNKNOWN],
])("shows no value of %s", (_, from, to) => {
  expect(property("value", { value: from }, { value: to })).toEqual({ path: "value" });
});
