import { objectTable } from "../../../sandbox/demo";

const urn = (type: string, name: string) => `urn:pulumi:local::backstage-okta-sso::${type}::${name}`;

describe("objectTable", () => {
  it("lists the objects in Okta and Kubernetes, and neither components nor providers", () => {
    const resource = (type: string, name: string, id?: string) => ({
      urn: urn(type, name),
      type,
      custom: id !== undefined,
      id,
    });
    const table = objectTable([
      resource("pulumi:pulumi:Stack", "backstage-okta-sso-local"),
      resource("pulumi:providers:okta", "default", "1234"),
      resource("backstage-okta-sso:index:OidcApp", "backstage"),
      resource("okta:app/oAuth:OAuth", "backstage", "0oa1"),
      resource("kubernetes:core/v1:Secret", "credentials", "backstage/backstage-okta"),
    ]);
    expect(table).toBe(
      [
        "  okta:app/oAuth:OAuth       backstage    0oa1",
        "  kubernetes:core/v1:Secret  credentials  backstage/backstage-okta",
      ].join("\n"),
    );
  });
});
