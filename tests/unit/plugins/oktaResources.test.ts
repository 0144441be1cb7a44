import type { RequestListener } from "node:http";
import { InitializationFailed, type Props, type Resource } from "../../../sandbox/plugins/contract";
import { app } from "../../../sandbox/plugins/okta/app";
import { authorizationServer } from "../../../sandbox/plugins/okta/authorizationServer";
import { groupAssignment, groupAssignments } from "../../../sandbox/plugins/okta/groupAssignments";
import { OktaResource, type Definition } from "../../../sandbox/plugins/okta/resource";
import { claim, policy, policyRule, scope } from "../../../sandbox/plugins/okta/serverParts";
import { apiScopes, roleAssignment } from "../../../sandbox/plugins/okta/serviceApps";
import { FakeOrg, json } from "./fakeOrg";

const notFound = json(404, { errorCode: "E0000007", errorSummary: "Not found: 1" });
const away = json(503, { errorSummary: "Service Unavailable" });

/** Answers by method and path; what has none is not found. */
let answers: Record<string, RequestListener>;
/** The bodies of the requests, by method and path. */
let bodies: Record<string, unknown>;
let org: FakeOrg;

beforeEach(async () => {
  [answers, bodies] = [{}, {}];
  org = await FakeOrg.listen((request, response) => {
    const call = `${request.method} ${request.url}`;
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      if (text) bodies[call] = JSON.parse(text);
      (answers[call] ?? notFound)(request, response);
    });
  });
});

afterEach(() => org.close());

const resource = (definition: Definition, patience = 0): Resource => {
  const connection = org.connection({ patience });
  return new OktaResource(definition, () => connection);
};
const checked = async (definition: Definition, news: Props) =>
  (await resource(definition).check?.(news, undefined, org.context))?.inputs as Props;
const failed = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const portal = { label: "Backstage", type: "web", redirectUris: ["https://portal.example.com/cb"] };
/** An app as Okta gives it back. */
const oktaApp = (secret?: string, label = "Backstage") => ({
  id: "0oa1",
  label,
  status: "ACTIVE",
  credentials: { oauthClient: { client_id: "0oa1", ...(secret && { client_secret: secret }) } },
  settings: { oauthClient: { application_type: "web", redirect_uris: portal.redirectUris } },
  _links: { accessPolicy: { href: `${org.address}/api/v1/policies/rst1` } },
});
const WELL_KNOWN = "GET /.well-known/okta-organization";
const POLICIES = "GET /api/v1/policies?type=ACCESS_POLICY";

describe("One assignment of a group", () => {
  const PATH = "/api/v1/apps/0oa1/groups/00g1";
  const wanted = { appId: "0oa1", groupId: "00g1", profile: "{}" };

  it("is made by a PUT, has the group's ID, and is taken away", async () => {
    answers[`PUT ${PATH}`] = answers[`GET ${PATH}`] = json(200, { id: "00g1", priority: 3, profile: {} });
    answers[`DELETE ${PATH}`] = json(204, undefined);
    const inputs = await checked(groupAssignment, wanted);
    const made = await resource(groupAssignment).create(inputs, org.context);
    expect(made).toMatchObject({ id: "00g1", outputs: { ...wanted, priority: 3 } });
    await resource(groupAssignment).delete(made.id, made.outputs, org.context);
    expect(org.calls).toEqual([`PUT ${PATH}`, `GET ${PATH}`, `DELETE ${PATH}`]);
  });

  it("stays where the program says so", async () => {
    await resource(groupAssignment).delete("00g1", { ...wanted, retainAssignment: true }, org.context);
    expect(org.calls).toEqual([]);
  });
});

describe("What was deleted by hand", () => {
  it("stops a refresh where it is an app, in the provider's words", async () => {
    await expect(resource(app).read("0oa1", portal, portal, org.context)).rejects.toThrow(
      "refreshing urn:x: 1 error occurred:\n\t* failed to get OAuth application: 404 Not Found\n\n",
    );
  });

  it.each<[string, Definition]>([
    ["an authorization server", authorizationServer],
    ["a scope", scope],
    ["a claim", claim],
    ["an access policy", policy],
    ["a rule", policyRule],
    ["an app's assignments", groupAssignments],
    ["one assignment", groupAssignment],
    ["a role of a service app", roleAssignment],
  ])("is gone in a refresh where it is %s", async (_, definition) => {
    await expect(resource(definition).read("1", { name: "x" }, { name: "x" }, org.context)).resolves.toBeUndefined();
  });

  it("keeps a deletion of an app trying, and then fails it", async () => {
    const error = await failed(resource(app, 0.05).delete("0oa1", { status: "ACTIVE" }, org.context));
    expect((error as Error).message).toContain(
      "deleting urn:x: 1 error occurred:\n\t* failed to delete OAuth application: the API returned an error: Not found: 1",
    );
    expect(org.calls.length).toBeGreaterThan(2);
    expect(new Set(org.calls)).toEqual(new Set(["POST /api/v1/apps/0oa1/lifecycle/deactivate"]));
  });

  it.each<[string, Definition, boolean]>([
    ["an authorization server", authorizationServer, true],
    ["a scope", scope, true],
    ["a claim", claim, false],
    ["an access policy", policy, false],
    ["a rule", policyRule, false],
  ])("counts as deleted where it is %s: %j", async (_, definition, forgiven) => {
    const error = await failed(resource(definition).delete("1", { authServerId: "aus1" }, org.context));
    expect(error === undefined).toBe(forgiven);
  });
});

describe("An app", () => {
  it("whose creation Okta refuses is refused with the status alone", async () => {
    answers["POST /api/v1/apps?activate=true"] = json(400, { errorSummary: "Api validation failed: client_id" });
    await expect(resource(app).create(await checked(app, portal), org.context)).rejects.toThrow(
      /^1 error occurred:\n\t\* failed to create OAuth application: 400 Bad Request\n\n$/,
    );
  });

  it("that was made stays in the state when the rest fails", async () => {
    answers["POST /api/v1/apps?activate=true"] = json(200, oktaApp("s3cret"));
    answers["POST /api/v1/internal/apps/0oa1/settings/oauth/idToken"] = json(200, {});
    answers[WELL_KNOWN] = json(200, { pipeline: "idx" });
    answers[POLICIES] = json(403, { errorSummary: "You do not have permission" });
    const error = await failed(resource(app).create(await checked(app, portal), org.context));
    expect(error).toBeInstanceOf(InitializationFailed);
    expect(error).toMatchObject({ id: "0oa1", outputs: { clientSecret: "s3cret", clientId: "0oa1" } });
    expect((error as InitializationFailed).reasons[0]).toContain(
      "failed to set authentication policy for an OAuth application: error finding default ACCESS_POLICY: " +
        "the API returned an error: You do not have permission",
    );
  });

  it("takes the program's own secret, and another one in place", async () => {
    const outputs = { ...(await checked(app, portal)), clientId: "0oa1", clientSecret: "old", status: "ACTIVE" };
    const inputs = await checked(app, { ...portal, clientBasicSecret: "new", skipAuthenticationPolicy: true });
    expect(await resource(app).diff("0oa1", {}, outputs, inputs)).toMatchObject({
      changes: [{ path: "clientBasicSecret", kind: "add" }, { path: "skipAuthenticationPolicy" }],
    });
    answers["PUT /api/v1/apps/0oa1"] = json(200, oktaApp("new"));
    answers["GET /api/v1/apps/0oa1"] = json(200, oktaApp());
    const updated = await resource(app).update("0oa1", {}, outputs, inputs, org.context);
    expect(bodies["PUT /api/v1/apps/0oa1"]).toMatchObject({
      credentials: { oauthClient: { client_secret: "new", client_id: "0oa1" } },
    });
    expect(updated.outputs).toMatchObject({ clientSecret: "new", authenticationPolicy: "" });
    expect(org.calls.filter((call) => /policies|well-known/.test(call))).toEqual([]);
  });

  it("gets the policy that it has once more with each update, and says which that is", async () => {
    answers["PUT /api/v1/apps/0oa1"] = json(200, oktaApp("s"));
    answers["PUT /api/v1/apps/0oa1/policies/rst1"] = json(204, undefined);
    answers["GET /api/v1/apps/0oa1"] = json(200, oktaApp());
    answers[WELL_KNOWN] = json(200, { pipeline: "idx" });
    const outputs = { ...(await checked(app, portal)), authenticationPolicy: "rst1", status: "ACTIVE" };
    const inputs = await checked(app, { ...portal, label: "Portal" });
    const updated = await resource(app).update("0oa1", {}, outputs, inputs, org.context);
    expect(org.calls).toContain("PUT /api/v1/apps/0oa1/policies/rst1");
    expect(updated.outputs.authenticationPolicy).toBe("rst1");
  });

  it("is not sent whole when its status alone changes", async () => {
    answers["POST /api/v1/apps/0oa1/lifecycle/activate"] = json(200, {});
    answers["GET /api/v1/apps/0oa1"] = json(200, oktaApp());
    answers[WELL_KNOWN] = json(200, { pipeline: "v1" });
    const inputs = await checked(app, portal);
    await resource(app).update("0oa1", {}, { ...inputs, status: "INACTIVE" }, inputs, org.context);
    expect(org.calls.filter((call) => !call.startsWith("GET"))).toEqual(["POST /api/v1/apps/0oa1/lifecycle/activate"]);
  });

  it("whose update fails keeps the state that it had", async () => {
    answers["PUT /api/v1/apps/0oa1"] = away;
    const outputs = { ...(await checked(app, portal)), status: "ACTIVE" };
    const inputs = await checked(app, { ...portal, label: "Portal" });
    const error = await failed(resource(app).update("0oa1", {}, outputs, inputs, org.context));
    expect(error).toBeInstanceOf(InitializationFailed);
    expect(error).toMatchObject({ id: "0oa1", outputs: { label: "Backstage" } });
    expect((error as Error).message).toContain(
      "updating urn:x: 1 error occurred:\n\t* failed to update OAuth application: 503 Service Unavailable",
    );
  });
});

describe("The parts of an authorization server", () => {
  it.each<[string, Definition, Props, object]>([
    [
      "scopes",
      scope,
      { name: "groups" },
      {
        name: "groups",
        description: "",
        displayName: "",
        consent: "IMPLICIT",
        metadataPublish: "ALL_CLIENTS",
        default: false,
        optional: false,
      },
    ],
    [
      "claims",
      claim,
      { name: "groups", claimType: "IDENTITY", valueType: "GROUPS", groupFilterType: "REGEX", value: ".*" },
      {
        name: "groups",
        status: "ACTIVE",
        claimType: "IDENTITY",
        valueType: "GROUPS",
        group_filter_type: "REGEX",
        value: ".*",
        alwaysIncludeInToken: true,
        conditions: {},
      },
    ],
    [
      "policies",
      policy,
      { name: "portal", description: "x", priority: 1, clientWhitelists: ["0oa1"] },
      {
        type: "OAUTH_AUTHORIZATION_POLICY",
        name: "portal",
        description: "x",
        status: "ACTIVE",
        priority: 1,
        conditions: { clients: { include: ["0oa1"] } },
      },
    ],
    [
      "policies/00p1/rules",
      policyRule,
      { name: "r", priority: 1, grantTypeWhitelists: ["authorization_code"], groupWhitelists: ["EVERYONE"] },
      {
        type: "RESOURCE_ACCESS",
        name: "r",
        status: "ACTIVE",
        priority: 1,
        actions: {
          token: {
            accessTokenLifetimeMinutes: 60,
            refreshTokenLifetimeMinutes: 0,
            refreshTokenWindowMinutes: 10080,
          },
        },
        conditions: {
          grantTypes: { include: ["authorization_code"] },
          people: { groups: { include: ["EVERYONE"] }, users: {} },
        },
      },
    ],
  ])(
    "are made at %s as the genuine provider makes them, and read back without a change",
    async (path, part, news, body) => {
      const made = `/api/v1/authorizationServers/aus1/${path}`;
      answers[`POST ${made}`] = json(201, { id: "1", ...body });
      answers[`GET ${made}/1`] = json(200, { id: "1", ...body });
      const inputs = await checked(part, {
        authServerId: "aus1",
        ...(path.endsWith("rules") && { policyId: "00p1" }),
        ...news,
      });
      const { id, outputs } = await resource(part).create(inputs, org.context);
      expect(id).toBe("1");
      expect(bodies[`POST ${made}`]).toEqual(body);
      expect(await resource(part).diff(id, inputs, outputs, inputs)).toEqual({ changes: [] });
    },
  );

  it("tell what Okta says against them, but for scopes, which tell the status", async () => {
    const taken = json(400, {
      errorSummary: "Api validation failed: name",
      errorCauses: [{ errorSummary: "name: An object with this field already exists" }],
    });
    answers["POST /api/v1/authorizationServers/aus1/claims"] = taken;
    answers["POST /api/v1/authorizationServers/aus1/scopes"] = taken;
    const inputs = { authServerId: "aus1", name: "groups" };
    await expect(resource(claim).create(inputs, org.context)).rejects.toThrow(
      "failed to create auth server claim: the API returned an error: Api validation failed: name. " +
        "Causes: errorSummary: name: An object with this field already exists",
    );
    await expect(resource(scope).create(inputs, org.context)).rejects.toThrow(
      "failed to create auth server scope: 400 Bad Request",
    );
  });
});

describe("Importing", () => {
  it("an app gives the inputs that are neither defaults nor empty", async () => {
    answers["GET /api/v1/apps/0oa1"] = json(200, oktaApp());
    answers[WELL_KNOWN] = json(200, { pipeline: "idx" });
    expect(await resource(app).read("0oa1", {}, {}, org.context)).toMatchObject({
      id: "0oa1",
      inputs: {
        label: "Backstage",
        type: "web",
        clientId: "0oa1",
        redirectUris: portal.redirectUris,
        authenticationPolicy: "rst1",
      },
      outputs: { status: "ACTIVE", authenticationPolicy: "rst1" },
    });
  });

  it("a rule takes the IDs of its server and its policy", async () => {
    answers["GET /api/v1/authorizationServers/aus1/policies/00p1/rules/0pr1"] = json(200, {
      id: "0pr1",
      name: "r",
      type: "RESOURCE_ACCESS",
      status: "ACTIVE",
      priority: 1,
      actions: { token: { accessTokenLifetimeMinutes: 60 } },
      conditions: { grantTypes: { include: ["authorization_code"] } },
    });
    const found = await resource(policyRule).read("aus1/00p1/0pr1", {}, {}, org.context);
    expect(found).toMatchObject({ id: "0pr1", outputs: { authServerId: "aus1", policyId: "00p1", name: "r" } });
    expect(found?.inputs).toEqual({
      authServerId: "aus1",
      policyId: "00p1",
      name: "r",
      priority: 1,
      grantTypeWhitelists: ["authorization_code"],
    });
  });

  it("an app's assignments takes the app's ID", async () => {
    answers["GET /api/v1/apps/0oa1/groups?limit=200"] = json(200, [{ id: "00g1", priority: 0, profile: {} }]);
    expect(await resource(groupAssignments).read("0oa1", {}, {}, org.context)).toMatchObject({
      inputs: { appId: "0oa1", groups: [{ id: "00g1", priority: 0, profile: "{}" }] },
    });
  });

  it("one assignment takes the IDs of its app and its group", async () => {
    answers["GET /api/v1/apps/0oa1/groups/00g1"] = json(200, { id: "00g1", priority: 0, profile: {} });
    expect(await resource(groupAssignment).read("0oa1/00g1", {}, {}, org.context)).toMatchObject({
      id: "00g1",
      inputs: { appId: "0oa1", groupId: "00g1" },
    });
  });

  it("refuses an ID of another form", async () => {
    await expect(resource(scope).read("scp1", {}, {}, org.context)).rejects.toThrow(
      'expected 2 import fields "authServerId/id", got 1 fields "scp1"',
    );
  });
});

describe("The rights of a service app", () => {
  const GRANTS = "/api/v1/apps/0oa1/grants";
  const ROLES = "/oauth2/v1/clients/0oa1/roles";
  const issuer = "https://acme.okta.com";
  const grants = [
    { id: "oag1", scopeId: "okta.groups.read" },
    { id: "oag2", scopeId: "okta.users.read" },
  ];

  it("are granted scope by scope, and read back without a change in whatever order", async () => {
    answers[`POST ${GRANTS}`] = json(201, { id: "oag1" });
    answers[`GET ${GRANTS}`] = json(200, grants);
    const inputs = await checked(apiScopes, { appId: "0oa1", issuer, scopes: ["okta.users.read", "okta.groups.read"] });
    const { id, outputs } = await resource(apiScopes).create(inputs, org.context);
    expect(id).toBe("0oa1");
    expect(org.calls.filter((call) => call.startsWith("POST"))).toHaveLength(2);
    expect(bodies[`POST ${GRANTS}`]).toEqual({ scopeId: "okta.groups.read", issuer });
    expect(await resource(apiScopes).diff(id, {}, outputs, inputs)).toEqual({ changes: [] });
  });

  it("are granted and revoked where they differ from what is there", async () => {
    answers[`GET ${GRANTS}`] = json(200, grants);
    answers[`POST ${GRANTS}`] = json(201, { id: "oag3" });
    answers[`DELETE ${GRANTS}/oag2`] = json(204, undefined);
    const inputs = await checked(apiScopes, { appId: "0oa1", issuer, scopes: ["okta.groups.read", "okta.apps.read"] });
    await resource(apiScopes).update("0oa1", {}, { appId: "0oa1", scopes: [] }, inputs, org.context);
    expect(org.calls.filter((call) => !call.startsWith("GET"))).toEqual([`POST ${GRANTS}`, `DELETE ${GRANTS}/oag2`]);
  });

  it("are revoked by what is still there", async () => {
    answers[`GET ${GRANTS}`] = json(200, grants.slice(0, 1));
    await resource(apiScopes).delete(
      "0oa1",
      { appId: "0oa1", scopes: ["okta.groups.read", "okta.users.read"] },
      org.context,
    );
    expect(org.calls).toEqual([`GET ${GRANTS}`, `DELETE ${GRANTS}/oag1`]);
  });

  it("are a role, of which any change is another one", async () => {
    answers[`POST ${ROLES}`] = json(200, { id: "JBC1" });
    answers[`GET ${ROLES}/JBC1`] = json(200, { type: "READ_ONLY_ADMIN", status: "ACTIVE", label: "Read-only" });
    const inputs = await checked(roleAssignment, { clientId: "0oa1", type: "READ_ONLY_ADMIN" });
    const { id, outputs } = await resource(roleAssignment).create(inputs, org.context);
    expect(bodies[`POST ${ROLES}`]).toEqual({ type: "READ_ONLY_ADMIN" });
    expect({ id, outputs }).toMatchObject({ id: "JBC1", outputs: { clientId: "0oa1", label: "Read-only" } });
    const other = await checked(roleAssignment, { clientId: "0oa1", type: "ORG_ADMIN" });
    expect(await resource(roleAssignment).diff(id, {}, outputs, other)).toMatchObject({
      changes: [{ path: "type", replaces: true }],
    });
  });

  it("are imported by the client and the role", async () => {
    answers[`GET ${ROLES}/JBC1`] = json(200, { type: "READ_ONLY_ADMIN" });
    const found = await resource(roleAssignment).read("0oa1/JBC1", {}, {}, org.context);
    expect(found).toMatchObject({ id: "JBC1", inputs: { clientId: "0oa1", type: "READ_ONLY_ADMIN" } });
  });

  it("need a resource set for a role of one's own", async () => {
    const check = resource(roleAssignment).check?.({ clientId: "0oa1", type: "CUSTOM" }, undefined, org.context);
    expect((await check)?.failures).toMatchObject([{ property: "type" }]);
  });
});
