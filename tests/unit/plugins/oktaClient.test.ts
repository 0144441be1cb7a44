import { generateKeyPairSync } from "node:crypto";
import type { RequestListener } from "node:http";
import { decodeJwt } from "jose";
import { unlessGone } from "../../../sandbox/plugins/okta/errors";
import { Okta } from "../../../sandbox/plugins/okta/okta";
import { readConfig } from "../../../sandbox/plugins/okta/config";
import { answersInTurn, FakeOrg, hangUp, json } from "./fakeOrg";

let answers: RequestListener[];
let org: FakeOrg;
let okta: Okta;

const failure = { errorCode: "E0000009", errorSummary: "Internal Server Error", errorId: "oae1", errorCauses: [] };
const invalid = {
  errorCode: "E0000001",
  errorSummary: "Api validation failed: name",
  errorCauses: [{ errorSummary: "name: An object with this field already exists" }],
};
const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);

beforeEach(async () => {
  answers = [];
  org = await FakeOrg.listen(answersInTurn(answers));
  okta = new Okta(org.connection(), org.context);
});

afterEach(() => org.close());

describe("Calling Okta", () => {
  it.each([500, 502, 503])("does not repeat a call that failed on Okta's side with %i", async (status) => {
    answers.push(json(status, failure), json(200, {}));
    await expect(okta.get("/api/v1/things/1")).rejects.toThrow("the API returned an error: Internal Server Error");
    expect(org.calls).toHaveLength(1);
  });

  it("sends a request again whose connection ended, also one that Okta may have acted on", async () => {
    answers.push(hangUp, hangUp, json(400, invalid));
    await expect(okta.post("/api/v1/things", { name: "x" })).rejects.toThrow(
      "the API returned an error: Api validation failed: name. " +
        "Causes: errorSummary: name: An object with this field already exists",
    );
    expect(org.calls).toEqual(Array(3).fill("POST /api/v1/things"));
  });

  it("tells the status alone in the words of the newer client", async () => {
    answers.push(json(400, invalid), json(404, {}));
    await expect(okta.saying("status").put("/api/v1/apps/1", {})).rejects.toThrow(/^400 Bad Request$/);
    await expect(okta.saying("status").get("/api/v1/apps/1")).rejects.toThrow(/^404 Not Found$/);
  });

  it("tells the status beside a refusal where nothing there would have been fine", async () => {
    const refusal = {
      errorCode: "E0000006",
      errorSummary: "You do not have permission to perform the requested action",
    };
    answers.push(json(403, refusal));
    await expect(unlessGone(okta.get("/api/v1/things/1"))).rejects.toThrow(
      `the API returned an error: ${refusal.errorSummary}, Status: 403 Forbidden`,
    );
  });

  it("tells what the WWW-Authenticate header says of an access token", async () => {
    const challenge =
      'Bearer realm="x", error="insufficient_scope", error_description="The access token is not enough."';
    answers.push(json(403, {}, { "www-authenticate": challenge }));
    await expect(okta.get("/api/v1/things/1")).rejects.toThrow(
      "the API returned an error: The access token is not enough.",
    );
  });

  it("waits for a rate limit to be lifted", async () => {
    answers.push(json(429, failure, { "x-rate-limit-reset": inSeconds(0) }), json(200, []));
    await expect(okta.list("/api/v1/apps")).resolves.toEqual([]);
    expect(org.logged.join()).toContain("waiting 1 s");
  });

  it("waits at a rate limit for no longer than it may, and not for ever", async () => {
    okta = new Okta(org.connection({ maxWaitSeconds: 0 }), org.context);
    answers.push(...Array<RequestListener>(3).fill(json(429, failure, { "x-rate-limit-reset": inSeconds(3600) })));
    await expect(okta.list("/api/v1/apps")).rejects.toThrow("too many requests");
    expect(org.calls).toHaveLength(3);
  });

  it("fails at a rate limit that does not say when it is lifted", async () => {
    answers.push(json(429, failure));
    await expect(okta.list("/api/v1/apps")).rejects.toThrow("X-Rate-Limit-Reset header is missing or invalid");
  });

  it("takes what is gone for deleted where it may", async () => {
    const gone = json(404, { errorCode: "E0000007", errorSummary: "Not found" });
    answers.push(gone, gone);
    await expect(unlessGone(okta.delete("/api/v1/apps/1"))).resolves.toBeUndefined();
    await expect(okta.delete("/api/v1/apps/1")).rejects.toThrow("the API returned an error: Not found");
  });

  it("follows the pages of a list", async () => {
    answers.push(
      json(200, [{ id: "1" }], { link: '<https://acme.okta.com/api/v1/apps?after=1>; rel="next"' }),
      json(200, [{ id: "2" }]),
    );
    await expect(okta.list("/api/v1/apps")).resolves.toEqual([{ id: "1" }, { id: "2" }]);
    expect(org.calls).toEqual(["GET /api/v1/apps", "GET /api/v1/apps?after=1"]);
  });

  it("says that nothing answers, in Go's words", async () => {
    await org.close();
    const refused = `Get "${org.address}/api/v1/users/me": proxyconnect tcp: dial tcp ${org.address.slice(7)}: `;
    await expect(okta.get("/api/v1/users/me")).rejects.toThrow(`${refused}connect: connection refused`);
  });

  it("puts the API token into no message and no log", async () => {
    answers.push(json(401, { errorCode: "E0000011", errorSummary: "Invalid token provided" }));
    const error = await okta.get("/api/v1/users/me").catch((refused: Error) => refused);
    expect((error as Error).message).toBe("the API returned an error: Invalid token provided");
    expect((error as Error).message + org.logged.join()).not.toContain("t0ken");
  });
});

describe("Signing in with a private key", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const environment = {
    OKTA_ORG_NAME: "acme",
    OKTA_API_CLIENT_ID: "0oa1",
    OKTA_API_PRIVATE_KEY: pem,
    OKTA_API_PRIVATE_KEY_ID: "k1",
    OKTA_API_SCOPES: "okta.apps.manage",
  };

  it("asks for one access token, and sends that", async () => {
    let [form, authorization] = [new URLSearchParams(), ""];
    answers.push(
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          form = new URLSearchParams(Buffer.concat(chunks).toString());
          json(200, { token_type: "Bearer", access_token: "at", expires_in: 3600 })(request, response);
        });
      },
      (request, response) => {
        authorization = request.headers.authorization ?? "";
        json(200, { id: "1" })(request, response);
      },
      json(200, { id: "2" }),
    );
    okta = new Okta(org.connection({}, environment), org.context);
    await okta.get("/api/v1/apps/1");
    await okta.get("/api/v1/apps/2");
    expect(org.calls).toEqual(["POST /oauth2/v1/token", "GET /api/v1/apps/1", "GET /api/v1/apps/2"]);
    expect(authorization).toBe("Bearer at");
    expect(form.get("scope")).toBe("okta.apps.manage");
    expect(decodeJwt(form.get("client_assertion") ?? "")).toMatchObject({
      iss: "0oa1",
      sub: "0oa1",
      aud: "https://acme.okta.com/oauth2/v1/token",
    });
  });

  it("says no more than that the access token is empty when Okta gives none", async () => {
    answers.push(json(400, { error: "invalid_scope", error_description: "One or more scopes are not configured" }));
    okta = new Okta(org.connection({}, environment), org.context);
    await expect(okta.get("/api/v1/apps/1")).rejects.toThrow(/^empty access token$/);
  });

  it("does not quote a key that is none", async () => {
    okta = new Okta(org.connection({}, { ...environment, OKTA_API_PRIVATE_KEY: "s3cret" }), org.context);
    await expect(okta.get("/api/v1/apps/1")).rejects.toThrow(/^invalid private key$/);
  });
});

describe("The provider's config", () => {
  it("come from the variables, and from the config before that", () => {
    const environment = { OKTA_ORG_NAME: "acme", OKTA_BASE_URL: "oktapreview.com", OKTA_API_TOKEN: "t" };
    expect(readConfig({ orgName: "other" }, environment)).toMatchObject({
      orgUrl: "https://other.oktapreview.com",
      address: "https://other.oktapreview.com",
      credentials: { kind: "token" },
    });
  });

  it("take scopes with commas from the variable, and as a list from the config", () => {
    const environment = {
      OKTA_ORG_NAME: "acme",
      OKTA_API_CLIENT_ID: "0oa1",
      OKTA_API_PRIVATE_KEY: "key",
      OKTA_API_SCOPES: "okta.apps.manage, okta.groups.read",
    };
    const scopes = ["okta.apps.manage", "okta.groups.read"];
    expect(readConfig({}, environment).credentials).toMatchObject({ kind: "privateKey", scopes });
    expect(readConfig({ scopes: '["okta.apps.manage"]' }, environment).credentials).toMatchObject({
      scopes: ["okta.apps.manage"],
    });
  });

  it.each([
    ["no org", {}, { OKTA_API_TOKEN: "t" }, "OKTA_ORG_NAME"],
    ["no credentials", {}, { OKTA_ORG_NAME: "acme" }, "[ERROR] no Okta credentials provided"],
    ["a client ID alone", {}, { OKTA_ORG_NAME: "acme", OKTA_API_CLIENT_ID: "0oa1" }, "OKTA_API_PRIVATE_KEY"],
    ["a key it does not know", { orgname: "acme" }, {}, "okta:orgname"],
    [
      "a number that is none",
      { maxRetries: "many" },
      { OKTA_ORG_NAME: "acme", OKTA_API_TOKEN: "t" },
      "okta:maxRetries",
    ],
  ])("refuse %s, and say what is meant", (_, config, environment, named) => {
    expect(() => readConfig(config as Record<string, string>, environment)).toThrow(named);
  });
});
