import { type ExistingObject, objectRefusal, secretDiff } from "../../../../ops/adopt/objects";

const secret: ExistingObject = {
  kind: "Secret",
  key: "secretName",
  name: "portal",
  namespace: "backstage",
  uid: "1",
  data: { OKTA_CLIENT_ID: "0oa1", OKTA_CLIENT_SECRET: "a-secret" },
  managers: ["kubectl-create"],
  immutable: false,
};
const overlay: ExistingObject = {
  ...secret,
  kind: "ConfigMap",
  key: "configMapName",
  data: { "app-config.okta.yaml": "auth: {}" },
};

it("takes what holds the sign-in's own alone, and is named", () => {
  expect([objectRefusal(secret, true), objectRefusal(overlay, true)]).toEqual([undefined, undefined]);
});

it.each<[string, ExistingObject, boolean, RegExp]>([
  ["only a default names", secret, false, /^Secret portal .* set secretName to portal in the stack's file/],
  ["is immutable", { ...overlay, immutable: true }, true, /^ConfigMap portal .* it is immutable/],
  ["holds another key", { ...secret, data: { ...secret.data, GITHUB_TOKEN: "x" } }, true, /\(GITHUB_TOKEN\)/],
  ["holds another file", { ...overlay, data: { "app-config.yaml": "" } }, true, /\(app-config\.yaml\)/],
])("refuses what %s", (_, object, isNamed, reason) => {
  expect(objectRefusal(object, isNamed)).toMatch(reason);
});

it("tells what of a Secret changes, and no value", () => {
  expect(secretDiff(secret, { clientId: "0oa1", clientSecrets: [] })).toEqual([
    "OKTA_CLIENT_ID: stays",
    "OKTA_CLIENT_SECRET: gets another value",
    "AUTH_SESSION_SECRET: is added",
  ]);
  expect(secretDiff(secret, { clientId: "0oa2", clientSecrets: ["a-secret"] })).toEqual([
    "OKTA_CLIENT_ID: gets another value",
    "OKTA_CLIENT_SECRET: stays",
    "AUTH_SESSION_SECRET: is added",
  ]);
});
