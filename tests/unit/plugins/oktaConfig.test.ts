import { readSignIn } from "../../../ops/okta/management";
import { readConfig } from "../../../sandbox/plugins/okta/config";

const ORG = { OKTA_ORG_NAME: "acme", OKTA_BASE_URL: "oktapreview.com" };
const SERVICE_APP = {
  OKTA_API_CLIENT_ID: "0oa1",
  OKTA_API_PRIVATE_KEY: "PEM",
  OKTA_API_PRIVATE_KEY_ID: "kid",
  OKTA_API_SCOPES: "okta.apps.read, okta.groups.read",
};

// Neither may import the other: the commands work without the sandbox, and that knows neither the stack nor its commands.
it.each<[string, Record<string, string>, object]>([
  ["an API token", { OKTA_API_TOKEN: "t" }, [{ apiToken: "t" }, { kind: "SSWS", token: "t" }]],
  ["an access token", { OKTA_ACCESS_TOKEN: "a" }, [{ accessToken: "a" }, { kind: "Bearer", token: "a" }]],
  ["an access token first", { OKTA_ACCESS_TOKEN: "a", OKTA_API_TOKEN: "t" }, [{ accessToken: "a" }, { token: "a" }]],
  [
    "a private key",
    SERVICE_APP,
    [
      { clientId: "0oa1", privateKey: "PEM", privateKeyId: "kid", scopes: ["okta.apps.read", "okta.groups.read"] },
      { clientId: "0oa1", privateKey: "PEM", keyId: "kid", scopes: "okta.apps.read okta.groups.read" },
    ],
  ],
])("finds the org and %s where the commands do", (_, variables, expected) => {
  const environment = { ...ORG, OKTA_HTTP_PROXY: "http://127.0.0.1:1/", ...variables };
  const [plugin, command] = [readConfig({}, environment), readSignIn({}, environment)!];
  const places = { orgUrl: "https://acme.oktapreview.com", address: "http://127.0.0.1:1" };
  expect([plugin, command]).toMatchObject([places, places]);
  expect([plugin.credentials, command.credentials]).toMatchObject(expected);
});
