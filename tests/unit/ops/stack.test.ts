import { isSameStack, stackName } from "../../../ops/stack";

it.each([
  ["dev", { stack: "dev" }],
  ["acme/dev", { organization: "acme", stack: "dev" }],
  [
    "organization/backstage-okta-sso/local",
    { organization: "organization", project: "backstage-okta-sso", stack: "local" },
  ],
])("takes %s for the name of a stack", (text, parts) => {
  expect(stackName(text)).toEqual(parts);
});

it.each(["", "/dev", "acme//dev", "dev/", "a/b/c/d"])("refuses %j, and says which forms there are", (text) => {
  expect(() => stackName(text)).toThrow(
    `--stack "${text}" is not the name of a stack: use NAME, ORGANIZATION/NAME or ORGANIZATION/PROJECT/NAME`,
  );
});

it.each([
  ["dev", "acme/dev", true],
  ["acme/dev", "acme/backstage-okta-sso/dev", true],
  ["dev", "prod", false],
  ["acme/dev", "umbrella/dev", false],
])("compares %s with %s", (a, b, same) => {
  expect(isSameStack(a, b)).toBe(same);
});
