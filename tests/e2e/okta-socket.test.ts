import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { type LocalOktaProcess, startLocalOkta } from "./support/localOkta";

describe("the local Okta on its Unix socket", () => {
  let okta: LocalOktaProcess;

  beforeAll(async () => (okta = await startLocalOkta()));
  afterAll(() => okta.stop());

  async function discovery(path: string): Promise<{ issuer: string; token_endpoint: string }> {
    // As a client in a pod sends it, which knows Okta by that address too.
    const headers = { host: new URL(okta.url).host };
    const request = get({ socketPath: okta.socket, path, headers });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return JSON.parse(await text(response)) as { issuer: string; token_endpoint: string };
  }

  it.each([
    ["in origin form", (path: string) => path],
    ["in absolute form", (path: string) => `http://127.0.0.1/${path.slice(1)}`],
  ])("is the same Okta, under its own address, to a request %s", async (_, target) => {
    const issuer = `${okta.url}/oauth2/default`;
    const document = await discovery(target("/oauth2/default/.well-known/openid-configuration"));
    expect(document).toMatchObject({ issuer, token_endpoint: `${issuer}/v1/token` });
  });

  it("serves on it again after it was killed", async () => {
    await okta.restart();
    expect(await discovery("/.well-known/openid-configuration")).toMatchObject({ issuer: okta.url });
  });
});
