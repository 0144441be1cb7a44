import { isSignInApp, TYPES } from "../../../ops/resourceTypes";

it.each<[string, { type: string; inputs?: { type?: unknown } }, boolean]>([
  ["the portal's app", { type: TYPES.app, inputs: { type: "web" } }, true],
  ["an app of which no inputs are known", { type: TYPES.app }, true],
  ["the catalog's service app", { type: TYPES.app, inputs: { type: "service" } }, false],
  ["another resource", { type: TYPES.server, inputs: {} }, false],
])("takes %s for the app that people sign in by: %j", (_, resource, expected) => {
  expect(isSignInApp(resource)).toBe(expected);
});
