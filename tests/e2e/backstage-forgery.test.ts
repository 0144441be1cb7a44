import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Backstage } from "./support/backstage";
import type { Cookies } from "./support/signIn";

jest.setTimeout(300_000);

/** What an issuer that cannot be trusted changes in an otherwise good ID token. */
interface Forgery {
  claims?: Record<string, unknown>;
  /** What userinfo says of whom the token is. */
  userinfo?: Record<string, unknown>;
  /** Sign with a key that the issuer does not publish. */
  foreignKey?: boolean;
}

const CLIENT_ID = "portal";
let issuer: string;
let server: Server;
let backstage: Backstage;
let forgery: Forgery;
let nonce: string;

beforeAll(async () => {
  const [published, foreign] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  const keys = [{ ...(await exportJWK(published.publicKey)), kid: "published", alg: "RS256", use: "sig" }];
  const idToken = ({ claims, foreignKey }: Forgery) =>
    new SignJWT({
      iss: issuer,
      aud: CLIENT_ID,
      sub: "00ualice",
      exp: Math.floor(Date.now() / 1000) + 300,
      nonce,
      email: "alice@example.com",
      email_verified: true,
      ...claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: "published" })
      .setIssuedAt()
      .sign((foreignKey ? foreign : published).privateKey);
  const answers: Record<string, () => unknown> = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/keys": () => ({ keys }),
    "/token": async () => ({
      access_token: "access",
      refresh_token: "refresh",
      token_type: "Bearer",
      expires_in: 300,
      scope: "openid profile email offline_access",
      id_token: await idToken(forgery),
    }),
    "/userinfo": () => ({ sub: "00ualice", email: "alice@example.com", email_verified: true, ...forgery.userinfo }),
    // Another server of the same host, which sends those who trust it elsewhere.
    "/astray/.well-known/openid-configuration": () => ({
      issuer: `${issuer}/astray`,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: "https://collector.example/token",
    }),
  };
  server = createServer((request, response) => {
    const answer = Promise.resolve(answers[new URL(request.url ?? "", issuer).pathname]?.());
    void answer.then((body) => {
      response.writeHead(body ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment = (path: string) => ({
    clientId: CLIENT_ID,
    clientSecret: "of no worth either",
    metadataUrl: `${issuer}${path}/.well-known/openid-configuration`,
    signIn: { resolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }] },
  });
  backstage = await Backstage.start(await Backstage.freeUrl(), {
    environment: "production",
    session: { secret: "of no worth outside of this test" },
    providers: { okta: { production: environment(""), astray: environment("/astray") } },
  });
});
afterAll(async () => {
  await backstage?.stop();
  server.close();
});

/** Signs in, while the issuer answers with a token that is forged so. */
async function signInWith(forged: Forgery, cookies: Cookies = new Map()) {
  const started = await backstage.start("production", cookies);
  const asked = new URL(started.headers.get("location") ?? "").searchParams;
  [forgery, nonce] = [forged, asked.get("nonce") ?? ""];
  const callback = new URL(asked.get("redirect_uri") ?? "");
  callback.search = new URLSearchParams({ code: "code", state: asked.get("state") ?? "" }).toString();
  return backstage.finish(callback, cookies);
}

it("takes a good ID token of this issuer", async () => {
  expect((await signInWith({})).response?.profile.email).toBe("alice@example.com");
});

it.each<[string, Forgery, RegExp]>([
  ["for another audience", { claims: { aud: "another-app" } }, /^The ID token is not for this portal: /],
  ["from another issuer", { claims: { iss: "https://evil.example" } }, /^The ID token is not for this portal: /],
  ["for another sign-in", { claims: { nonce: "another" } }, /does not belong to a sign-in/],
  ["that has expired", { claims: { exp: Math.floor(Date.now() / 1000) - 3600 } }, /clocks .* differ/],
  ["that another key has signed", { foreignKey: true }, /signature/],
  ["of another person than userinfo's", { claims: { sub: "00umallory" } }, /sub/],
])("refuses an ID token %s", async (_what, forged, message) => {
  const { response, error } = await signInWith(forged);
  expect(response).toBeUndefined();
  expect(error?.message).toMatch(message);
});

it.each<[string, Forgery]>([
  ["userinfo", { userinfo: { sub: "00umallory" } }],
  ["an ID token", { claims: { sub: "00umallory" } }],
  ["userinfo and an ID token", { userinfo: { sub: "00umallory" }, claims: { sub: "00umallory" } }],
])("refuses %s of another person at a refresh", async (_what, forged) => {
  const cookies: Cookies = new Map();
  await signInWith({}, cookies);
  expect(await backstage.session("refresh", "production", cookies)).toMatchObject({ status: 200 });
  forgery = forged;
  expect(await backstage.session("refresh", "production", cookies)).toMatchObject({
    status: 401,
    body: { error: { message: expect.stringContaining("about another person than the one who signed in") as string } },
  });
});

it("sends nobody to an issuer whose endpoints are on another host", async () => {
  const answer = await backstage.start("astray", new Map());
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("has the token_endpoint https://collector.example/token, on another host");
});
