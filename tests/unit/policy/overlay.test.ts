import { stringify } from "yaml";
import * as rules from "../../../policy/overlay";
import { context } from "./context";

const okta = {
  clientId: "${OKTA_CLIENT_ID}",
  clientSecret: "${OKTA_CLIENT_SECRET}",
  signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
};
const auth = { session: { secret: "${AUTH_SESSION_SECRET}" }, providers: { okta: { production: okta } } };

const configMap = (auth: object, file = "app-config.okta.yaml") => ({ data: { [file]: stringify({ auth }) } });

it.each(Object.values(rules))("$name takes the overlay of this stack", (rule) => {
  expect(rule.check(configMap(auth), context())).toBeUndefined();
});

it.each([
  ["auth.session.secret", { ...auth, session: { secret: "hunter2" } }],
  ["auth.providers.okta.production.clientId", { providers: { okta: { production: { ...okta, clientId: "0oa1" } } } }],
  ["auth.providers.okta.production.clientSecret", { providers: { okta: { production: { clientSecret: "hunter2" } } } }],
])("refuses a value at %s, and does not repeat it", (path, auth) => {
  expect(rules.refersToCredentials.check(configMap(auth), context())).toBe(
    `app-config.okta.yaml: ${path} holds a value.`,
  );
});

it("reads what it can of a file that is not quite YAML, and does not repeat it", () => {
  const data = { "app-config.okta.yaml": "auth:\n  session:\n    secret: hunter2\n  broken: [\n" };
  expect(rules.refersToCredentials.check({ data }, context())).toBe(
    "app-config.okta.yaml: auth.session.secret holds a value.",
  );
});

it("passes over files that are not Backstage's config", () => {
  expect(rules.refersToCredentials.check(configMap({ secret: "hunter2" }, "notes.yaml"), context())).toBeUndefined();
  expect(rules.refersToCredentials.check({}, context())).toBeUndefined();
});

it("refuses a dangerous option, however deep, unless it is off", () => {
  const withOption = (value: boolean) => ({
    signIn: { resolvers: [{ resolver: "oktaGroups", dangerouslyAllowSignInWithoutUserInCatalog: value }] },
  });
  expect(rules.hasNoDangerousOption.check(configMap(withOption(true)), context())).toBe(
    "app-config.okta.yaml: auth.signIn.resolvers.0.dangerouslyAllowSignInWithoutUserInCatalog is set.",
  );
  expect(rules.hasNoDangerousOption.check(configMap(withOption(false)), context())).toBeUndefined();
});

it("refuses the guest provider", () => {
  const guest = { providers: { ...auth.providers, guest: {} } };
  expect(rules.hasNoGuest.check(configMap(guest), context())).toBe(
    "app-config.okta.yaml: auth.providers.guest is there.",
  );
});
