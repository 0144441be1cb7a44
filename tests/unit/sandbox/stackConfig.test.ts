import { parse } from "yaml";
import { withAddresses } from "../../../sandbox/engine/config";

const COMMITTED = `# The dev environment.
config:
  backstage-okta-sso:oktaUrl: https://acme.okta.com
  backstage-okta-sso:label: Backstage # as in the console
`;

describe("withAddresses", () => {
  it("changes the address and nothing else", () => {
    expect(withAddresses(COMMITTED, { oktaUrl: "http://127.0.0.1:4080" })).toBe(
      COMMITTED.replace("https://acme.okta.com", "http://127.0.0.1:4080"),
    );
  });

  it("keeps the salt that the engine has added, and takes a change of the committed file", () => {
    const previous = `${COMMITTED}encryptionsalt: v1:abc=\n`;
    const changed = COMMITTED.replace("label: Backstage", "label: Portal");
    expect(parse(withAddresses(changed, { oktaUrl: "http://127.0.0.1:4080" }, previous))).toEqual({
      config: {
        "backstage-okta-sso:oktaUrl": "http://127.0.0.1:4080",
        "backstage-okta-sso:label": "Portal",
      },
      encryptionsalt: "v1:abc=",
    });
  });
});
