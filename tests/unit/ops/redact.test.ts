import type { ConfigMap } from "@pulumi/pulumi/automation";
import { knownSecrets, redacted } from "../../../ops/redact";
import type { Stack } from "../../../ops/stack";

it("takes secrets out of every text, as they are and in base64", () => {
  const secret = "correct horse";
  const report = { a: `with ${secret} in it`, b: [{ c: Buffer.from(secret).toString("base64") }], d: 1 };
  expect(redacted(report, [secret])).toEqual({ a: "with [secret] in it", b: [{ c: "[secret]" }], d: 1 });
});

it("takes out what a URL made of a secret, and signed tokens that nobody knows beforehand", () => {
  const assertion = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwb2ExIn0.c2lnbmF0dXJlLW9mLWl0";
  const url = `https://acme.okta.com/oauth2/v1/token?a=correct%20horse&client_assertion=${assertion}&b=1`;
  expect(redacted(url, ["correct horse"])).toBe(
    "https://acme.okta.com/oauth2/v1/token?a=[secret]&client_assertion=[secret]&b=1",
  );
});

it("takes out the longer of two secrets that begin alike", () => {
  expect(redacted("passphrase-and-more", ["passphrase", "passphrase-and-more"])).toBe("[secret]");
});

it("leaves words alone that happen to be a short secret", () => {
  expect(redacted("the sandbox", ["sandbox"])).toBe("the sandbox");
});

describe("what it knows", () => {
  const values: ConfigMap = { "a:open": { value: "open value" }, "a:label": { value: "secret label", secret: true } };
  const getAllConfig = jest.fn(() => Promise.resolve(values));
  const stack = { getAllConfig } as unknown as Stack;

  it("are credentials in the environment and secret config", async () => {
    process.env.TEST_API_TOKEN = "token of the test";
    try {
      const secrets = await knownSecrets(stack, { "a:open": "open value", "a:label": "[secret]" });
      expect(secrets).toEqual(expect.arrayContaining(["token of the test", "secret label"]));
      expect(secrets).not.toContain("open value");
    } finally {
      delete process.env.TEST_API_TOKEN;
    }
  });

  it("takes no look at config without secrets", async () => {
    getAllConfig.mockClear();
    await knownSecrets(stack, { "a:open": "open value" });
    expect(getAllConfig).not.toHaveBeenCalled();
  });
});
