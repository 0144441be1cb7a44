import { Checkout, type Ended } from "./checkout";
import { kubectl, okta } from "./sandbox";
import { TestStack, type OktaApp } from "./stack";

jest.setTimeout(300_000);

let checkout: Checkout;
let stack: TestStack;
beforeAll(async () => {
  checkout = new Checkout();
  stack = await TestStack.make({ config: { authorizationServer: "dedicated" } });
  await stack.up();
});
afterAll(async () => {
  await stack.dispose();
  checkout.dispose();
});

const drift = (args: string[] = [], env: Record<string, string> = {}): Promise<Ended> =>
  checkout.npm("drift", stack, args, env);

it("says nothing where there is no drift", async () => {
  expect(await drift()).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

const ELSEWHERE = "https://elsewhere.acme.example/api/auth/okta/handler/frame";

async function changeRedirectUri() {
  const { id, ...app } = await stack.app();
  app.settings.oauthClient.redirect_uris = [ELSEWHERE];
  await okta<OktaApp>("PUT", `/api/v1/apps/${id}`, app);
}

async function changeClaim() {
  const claim = (await stack.state()).find(({ type }) => type === "okta:auth/serverClaim:ServerClaim");
  const path = `/api/v1/authorizationServers/${String(claim?.outputs.authServerId)}/claims/${claim?.id}`;
  await okta("PUT", path, { ...(await okta<object>("GET", path)), value: "^admins$" });
}

const patch = (kind: string, data: Record<string, string>) =>
  kubectl("patch", kind, "backstage-okta", "-n", stack.namespace, "--type", "merge", "-p", JSON.stringify({ data }));

it.each([
  ["the app's redirect URI", changeRedirectUri, "okta.app.OAuth backstage: update", /redirectUris: .* → .*elsewhere/],
  ["the claim's filter", changeClaim, "okta.auth.ServerClaim backstage: update", /value: "\.\*" → "\^admins\$"/],
  [
    "the Secret",
    () => patch("secret", { OKTA_CLIENT_ID: Buffer.from("another").toString("base64") }),
    "kubernetes.core.v1.Secret backstage: update",
    /data\.OKTA_CLIENT_ID$/m,
  ],
  [
    "the ConfigMap",
    () => patch("configmap", { "app-config.okta.yaml": "auth: {}" }),
    "kubernetes.core.v1.ConfigMap backstage: update",
    /data\["app-config.okta.yaml"\]$/m,
  ],
])("finds %s changed by hand, and names what puts it right", async (_, change, resource, property) => {
  await change();
  const { exitCode, stdout } = await drift();
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^Changed by somebody else since the last update:\n/);
  expect(stdout).toContain(resource);
  expect(stdout).toMatch(property);
  expect(stdout.match(/^ {2}\S/gm)).toHaveLength(1);
  expect(stdout).not.toContain(Buffer.from("another").toString("base64"));

  const remedy = /To put it right: pulumi (.*)$/.exec(stdout)?.[1]?.split(" ") ?? [];
  await stack.pulumi([
    ...remedy.filter((word) => word !== "--stack" && word !== stack.name),
    "--yes",
    "--skip-preview",
  ]);
  // The next test finds its own drift, and no other.
});

it("tells what was never brought up from what was changed by hand", async () => {
  stack.configure({ label: "Another label" });
  const { exitCode, stdout } = await drift(["--json"]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    changedByHand: [],
    notBroughtUp: [{ resource: "okta.app.OAuth backstage", properties: [{ path: "label", to: "Another label" }] }],
  });
});

it("cannot tell when Okta does not take the credentials", async () => {
  const { exitCode, stdout, stderr } = await drift([], { OKTA_API_TOKEN: "not-a-token" });
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^drift: .*E0000011 Invalid token provided/);
});
