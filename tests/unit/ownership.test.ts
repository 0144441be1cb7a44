import { checkedIssuer } from "../../components/authorizationServer";
import { foreignObjects, type NamedObjects } from "../../components/ownership";
import { shortened } from "../../components/names";
import { mockEngine } from "./mocks";

const names = { secretName: "backstage-okta", configMapName: "backstage-okta" };
const keys = (secret: string[] | undefined, portalId?: string, others: Partial<NamedObjects> = {}) =>
  foreignObjects({ secret, ...names, ...others }, portalId).map(({ key }) => key);

beforeEach(() => void mockEngine());

describe("an object of the stack's name in the cluster", () => {
  it("is the stack's own by the ID that its state keeps", () => {
    expect(keys(["kubectl-patch", "backstage-okta-sso-backstage-1234"], "backstage-1234")).toEqual([]);
  });

  it("is the stack's own by its client ID where an earlier version applied it by the stack's name of then", () => {
    const managers = ["backstage-okta-sso-dev"];
    const found = { configMap: managers, clientId: "backstage-1234" };
    expect(keys(managers, "backstage-1234", found)).toEqual([]);
    expect(keys(managers, "backstage-99", found)).toEqual(["secretName", "configMapName"]);
    expect(keys(["kubectl-create"], "backstage-1234", found)).toEqual(["secretName", "configMapName"]);
  });

  it.each([[["kubectl-create"]], [["backstage-okta-sso-backstage-99"]], [["backstage-okta-sso-stack"]], [[]]])(
    "is somebody else's with the field managers %j",
    (managers) => {
      expect(keys(managers, "backstage-1234")).toEqual(["secretName"]);
      expect(keys(managers)).toEqual(["secretName"]);
    },
  );

  it("is nobody's where there is none", () => {
    expect(keys(undefined)).toEqual([]);
  });
});

it("takes the issuer that Okta names, and fails when it is at another address", () => {
  const issuer = "https://acme.okta.com/oauth2/aus1";
  expect(checkedIssuer("https://acme.okta.com", "aus1", issuer)).toBe(issuer);
  expect(() => checkedIssuer("https://login.acme.example", "aus1", issuer)).toThrow(
    /oktaUrl "https:\/\/login.acme.example" makes the issuer .* but Okta names it .*: set oktaUrl to https:\/\/acme.okta.com/,
  );
});

it("shortens a long name, and keeps two long names apart", () => {
  expect(shortened("short", 50)).toBe("short");
  const [one, other] = ["a", "b"].map((end) => shortened("x".repeat(95) + end, 50)) as [string, string];
  expect([one.length, other.length]).toEqual([50, 50]);
  expect(one).not.toBe(other);
});
