import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TestStack } from "./support/stack";

jest.setTimeout(300_000);

interface Credentials {
  clientId: string;
  privateKeyId: string;
  privateKey: string;
  scopes: string[];
}

const file = join(process.env.SANDBOX_STATE ?? "", "okta", "credentials.json");
const { clientId, privateKeyId, privateKey } = JSON.parse(readFileSync(file, "utf8")) as Credentials;

/** What a service app with a private key is given to the provider by, and no SSWS token beside it. */
const oauth2 = (scopes: string) => ({
  OKTA_API_TOKEN: undefined,
  OKTA_API_CLIENT_ID: clientId,
  OKTA_API_PRIVATE_KEY: privateKey,
  OKTA_API_PRIVATE_KEY_ID: privateKeyId,
  OKTA_API_SCOPES: scopes,
});
const SCOPES = "okta.apps.manage,okta.groups.read,okta.authorizationServers.manage,okta.policies.read";

it("works with OAuth 2.0 credentials, and changes nothing on the next run with an SSWS token", async () => {
  const stack = await TestStack.make({ env: oauth2(SCOPES) });
  try {
    await stack.up();
    expect((await stack.app()).status).toBe("ACTIVE");
    await stack.pulumi(["preview", "--expect-no-changes"]);
    const token = { OKTA_API_TOKEN: process.env.OKTA_API_TOKEN, OKTA_API_PRIVATE_KEY: undefined };
    await stack.pulumi(["preview", "--expect-no-changes"], {
      env: { ...token, OKTA_API_CLIENT_ID: undefined, OKTA_API_PRIVATE_KEY_ID: undefined, OKTA_API_SCOPES: undefined },
    });
  } finally {
    await stack.dispose();
  }
});

it("refuses the org server in the preview, where the groups claim would be lost in silence", async () => {
  const stack = await TestStack.make({ env: oauth2(SCOPES), config: { authorizationServer: "org" } });
  try {
    expect(await stack.failedPreview()).toMatch(/authorizationServer "org" needs a groups claim on the app/);
  } finally {
    await stack.dispose();
  }
});

it("fails when a scope that it needs is not granted", async () => {
  const stack = await TestStack.make({ env: oauth2("okta.groups.read,okta.policies.read") });
  try {
    expect(await stack.failedUp()).toMatch(/permission|403 Forbidden|empty access token|required scopes/);
  } finally {
    await stack.dispose();
  }
});
