import { APP, CONFIG_MAP, PASSWORD, SECRET } from "../../../policy/resources";
import { standNowhereElse, isMarked } from "../../../policy/secrets";
import { asSeen, context, UNKNOWN } from "./context";

const VALUE = "a-client-secret-of-40-characters-or-more";
const base64 = (text: string) => Buffer.from(text).toString("base64");

it("refuses a Secret whose data the engine was not told to keep secret", () => {
  const unmarked = context({ options: { additionalSecretOutputs: [] } });
  expect(isMarked.check({ data: { key: base64(VALUE) } }, unmarked)).toBe("Its data is not marked.");
  expect(isMarked.check({ stringData: { key: VALUE } }, unmarked)).toBe("Its stringData is not marked.");
  expect(isMarked.check({ data: { key: base64(VALUE) } }, context())).toBeUndefined();
});

const resource = (type: string, name: string, props: object) => ({
  type,
  name,
  urn: `urn:pulumi:prod::backstage-okta-sso::${type}::${name}`,
  props: props as Record<string, unknown>,
});
const configMap = (text: string) => resource(CONFIG_MAP, "overlay", { data: { "app-config.okta.yaml": text } });

it.each([
  ["the data of a Secret", resource(SECRET, "backstage", { data: { KEY: base64(VALUE) } })],
  ["the string data of a Secret", resource(SECRET, "backstage", { stringData: { KEY: VALUE } })],
  ["the client secret of an app", resource(APP, "backstage", { clientSecret: VALUE })],
  ["a random password", resource(PASSWORD, "backstage", { result: VALUE })],
])("finds %s in a ConfigMap, and does not repeat it", (_, secret) => {
  const violation = `data.app-config.okta.yaml holds a secret of ${secret.type} backstage.`;
  const violations = [{ urn: configMap("").urn, violation }];
  expect(standNowhereElse.checkStack([configMap(`clientSecret: ${VALUE}`), secret])).toEqual(violations);
  expect(standNowhereElse.checkStack([secret, configMap(`clientSecret: ${base64(VALUE)}`)])).toEqual(violations);
});

it.each<[string, string]>([
  ["base64 together with an ID", base64(`backstage-1:${VALUE}`)],
  ["base64 together with two letters", base64(`ab${VALUE}c`)],
  ["base64url", Buffer.from(`x${VALUE}`).toString("base64url")],
  ["hexadecimal", Buffer.from(VALUE).toString("hex")],
  ["a header", `Basic ${base64(`backstage-1:${VALUE}`)}`],
])("finds a secret in %s", (_, text) => {
  const secret = resource(SECRET, "backstage", { data: { KEY: base64(VALUE) } });
  expect(standNowhereElse.checkStack([configMap(text), secret])).toHaveLength(1);
});

it.each([
  ["an annotation", SECRET, { metadata: { annotations: { note: VALUE } } }, "metadata.annotations.note"],
  ["the name of a key", CONFIG_MAP, { data: { [VALUE]: "" } }, "data"],
  [
    "a Deployment's env",
    "kubernetes:apps/v1:DeploymentPatch",
    { spec: { template: { spec: { containers: [{ env: [{ name: "X", value: VALUE }] }] } } } },
    "spec.template.spec.containers.0.env.0.value",
  ],
  ["the label of the app", APP, { label: VALUE }, "label"],
  ["an output", "pulumi:pulumi:Stack", { secret: VALUE }, "secret"],
])("finds it in %s", (_, type, props, path) => {
  const secret = resource(PASSWORD, "session", { result: VALUE });
  const violations = standNowhereElse.checkStack([secret, resource(type, "other", props)]);
  expect(violations.map(({ violation }) => violation)).toContain(`${path} holds a secret of ${PASSWORD} session.`);
});

it("takes a ConfigMap that has none, or a word that is in a Secret too", () => {
  const secret = resource(SECRET, "backstage", { data: { KEY: base64(VALUE), USER: base64("backstage") } });
  expect(standNowhereElse.checkStack([secret, configMap("clientSecret: ${KEY}, database: backstage")])).toEqual([]);
});

it("takes a client ID for none, though it is in the Secret", () => {
  const clientId = "backstage-3a46b52c04e81a4b151f";
  const secret = resource(SECRET, "backstage", { data: { OKTA_CLIENT_ID: base64(clientId) } });
  const outputs = resource("pulumi:pulumi:Stack", "stack", { clientId });
  expect(standNowhereElse.checkStack([resource(APP, "backstage", { clientId }), secret, outputs])).toEqual([]);
});

it("compares what is known in a preview, and passes over what is not", () => {
  const app = resource(APP, "backstage", asSeen({ clientSecret: UNKNOWN }));
  const secret = resource(SECRET, "backstage", { data: { KEY: base64(VALUE) } });
  expect(standNowhereElse.checkStack([app, secret, configMap(VALUE)])).toHaveLength(1);
});

it("leaves the ID of a key alone, which stands in the Secret and in the app that has the public half", () => {
  const kid = "the-digest-of-a-public-key-in-43-characters";
  const secret = resource(SECRET, "backstage", { data: { OKTA_CATALOG_KEY_ID: base64(kid) } });
  const service = resource(APP, "catalog", { type: "service", jwks: [{ kty: "RSA", kid, e: "AQAB", n: "x" }] });
  expect(standNowhereElse.checkStack([service, secret])).toEqual([]);
});

it("finds a value of the state's own in an app", () => {
  const stash = resource("pulumi:index:Stash", "key", { output: VALUE });
  const app = resource(APP, "catalog", { jwks: [{ kty: "RSA", kid: "k1", n: VALUE }] });
  expect(standNowhereElse.checkStack([app, stash])).toHaveLength(1);
});
