import { checkClientSecret } from "../../../../ops/verify/okta";
import { RECORDED, VARIABLES } from "./recorded";

it.each(["https://evil.example/v1/token", "http://acme.okta.com/oauth2/aus1/v1/token"])(
  "does not send the client secret to %s",
  async (endpoint) => {
    const fetched = jest.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no request is expected"));
    const document = {
      issuer: RECORDED.issuer,
      authorization_endpoint: `${RECORDED.issuer}/v1/authorize`,
      token_endpoint: endpoint,
      jwks_uri: `${RECORDED.issuer}/v1/keys`,
    };
    expect(await checkClientSecret(document, VARIABLES, RECORDED)).toMatchObject({
      says: "not sent to a token endpoint that is not the issuer's own",
    });
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  },
);
