import { credentials, type Server, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { fromWire, toWire } from "../../../sandbox/plugins/properties";
import { InitializationFailed, UNKNOWN, type Props, type Resource } from "../../../sandbox/plugins/contract";
import { listen } from "../../../sandbox/plugins/server";

const URN = "urn:pulumi:dev::portal::test:index:Thing::thing";

const thing: Resource = {
  inputs: ["name", "password", "zone"],
  secretOutputs: ["token"],
  check: (news) => Promise.resolve({ inputs: { zone: "here", ...news }, failures: [] }),
  diff: (_id, olds, _outputs, news) => ({
    changes: [
      ...(olds.name === news.name ? [] : [{ path: "name", kind: "update" as const }]),
      ...(news.zone ? [] : [{ path: "zone", kind: "delete" as const, replaces: true, ofInputs: true }]),
      ...(news.password ? [{ path: "password[0]", kind: "add" as const }] : []),
    ],
  }),
  create: (inputs, { preview }) => {
    if (inputs.name === "broken") throw new TypeError("the thing broke");
    if (inputs.name === "slow") {
      throw new InitializationFailed("id-1", inputs, { ...inputs, token: "t0ken" }, ["it never became ready"]);
    }
    return Promise.resolve({ id: preview ? "" : "id-1", outputs: { ...inputs, token: preview ? UNKNOWN : "t0ken" } });
  },
  read: (id, inputs, outputs) => Promise.resolve(id === "gone" ? undefined : { id, inputs, outputs }),
  update: (_id, _oldInputs, _oldOutputs, inputs) => Promise.resolve({ outputs: inputs }),
  delete: () => Promise.resolve(),
};

let server: Server;
let client: ResourceProviderClient;

beforeAll(async () => {
  const listening = await listen({
    name: "test",
    version: "1.0.0",
    configure: () => undefined,
    resources: { "test:index:Thing": thing },
    functions: { "test:index:echo": (args) => Promise.resolve(args) },
  });
  server = listening.server;
  client = new ResourceProviderClient(`127.0.0.1:${listening.port}`, credentials.createInsecure());
});

afterAll(() => {
  client.close();
  server.forceShutdown();
});

function call<Request, Response>(
  method: (request: Request, callback: (error: ServiceError | null, response: Response) => void) => unknown,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) =>
    method.call(client, request, (error, response) => (error ? reject(error) : resolve(response))),
  );
}

const check = (news: Struct) =>
  call<rpc.CheckRequest, rpc.CheckResponse>(
    client.check.bind(client),
    new rpc.CheckRequest().setUrn(URN).setNews(news),
  );
const create = (properties: Struct, preview = false) =>
  call<rpc.CreateRequest, rpc.CreateResponse>(
    client.create.bind(client),
    new rpc.CreateRequest().setUrn(URN).setProperties(properties).setPreview(preview),
  );
const struct = (props: Props) => Struct.fromJavaScript(props as Record<string, JavaScriptValue>);

describe("The plugin server", () => {
  it("refuses an input that the resource does not know, by name", async () => {
    const { failuresList } = (await check(struct({ name: "a", nmae: "b" }))).toObject();
    expect(failuresList).toEqual([
      { property: "nmae", reason: expect.stringContaining("name, password, zone") as string },
    ]);
  });

  it("hands secrets to the resource as plain values, and wraps them again in what it gives back", async () => {
    const inputs = (await check(toWire({ name: "a", password: "pa55" }, ["password"]))).getInputs();
    expect(fromWire(inputs)).toEqual({
      props: { name: "a", password: "pa55", zone: "here" },
      secrets: ["password"],
    });
  });

  it("wraps a secret once, however many reasons there are for it", async () => {
    const secret = toWire({ token: "t0ken" }, ["token"]);
    const request = new rpc.ReadRequest().setUrn(URN).setId("id-1").setProperties(secret).setInputs(secret);
    const response = await call<rpc.ReadRequest, rpc.ReadResponse>(client.read.bind(client), request);
    expect(response.getProperties()?.toJavaScript()).toEqual(secret.toJavaScript());
  });

  it("marks outputs as secret that the resource says are", async () => {
    const response = await create(struct({ name: "a" }));
    expect(response.getId()).toBe("id-1");
    expect(fromWire(response.getProperties())).toEqual({ props: { name: "a", token: "t0ken" }, secrets: ["token"] });
  });

  it("passes unknown values through a preview", async () => {
    const response = await create(struct({ name: UNKNOWN }), true);
    expect(fromWire(response.getProperties()).props).toEqual({ name: UNKNOWN, token: UNKNOWN });
  });

  it("says of each changed property whether it is added, deleted or updated, and whether that replaces", async () => {
    const request = new rpc.DiffRequest()
      .setUrn(URN)
      .setOldInputs(struct({ name: "a", zone: "here" }))
      .setNews(struct({ name: "b", password: "p" }));
    const diff = (await call<rpc.DiffRequest, rpc.DiffResponse>(client.diff.bind(client), request)).toObject();
    const { Kind } = rpc.PropertyDiff;
    expect(diff.changes).toBe(rpc.DiffResponse.DiffChanges.DIFF_SOME);
    expect(diff.diffsList).toEqual(["name", "password", "zone"]);
    expect(diff.replacesList).toEqual(["zone"]);
    expect(Object.fromEntries(diff.detaileddiffMap)).toEqual({
      name: { kind: Kind.UPDATE, inputdiff: false },
      "password[0]": { kind: Kind.ADD, inputdiff: false },
      zone: { kind: Kind.DELETE_REPLACE, inputdiff: true },
    });
  });

  it("shows an error as its message alone", async () => {
    await expect(create(struct({ name: "broken" }))).rejects.toMatchObject({ details: "the thing broke" });
  });

  it("tells the engine the ID and the state of what was made but is not ready, its secrets wrapped", async () => {
    const error = await create(struct({ name: "slow" })).catch((refused: ServiceError) => refused);
    const [details] = (error as ServiceError).metadata.get("grpc-status-details-bin");
    const [detail] = Status.deserializeBinary(details as Buffer).getDetailsList();
    const failed = rpc.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() as Uint8Array);
    expect(detail?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
    expect(failed.getId()).toBe("id-1");
    expect(failed.getReasonsList()).toEqual(["it never became ready"]);
    expect(fromWire(failed.getProperties())).toEqual({ props: { name: "slow", token: "t0ken" }, secrets: ["token"] });
  });

  it("answers a read of what is gone with an empty ID", async () => {
    const request = new rpc.ReadRequest().setUrn(URN).setId("gone");
    const response = await call<rpc.ReadRequest, rpc.ReadResponse>(client.read.bind(client), request);
    expect(response.getId()).toBe("");
  });

  it("makes everything that a function returns secret when an argument is", async () => {
    const request = new rpc.InvokeRequest().setTok("test:index:echo").setArgs(toWire({ q: "x", n: 1 }, ["q"]));
    const response = await call<rpc.InvokeRequest, rpc.InvokeResponse>(client.invoke.bind(client), request);
    expect(fromWire(response.getReturn()).secrets.sort()).toEqual(["n", "q"]);
  });

  it("names a resource type that it does not know", async () => {
    const request = new rpc.CreateRequest().setUrn(URN.replace("Thing", "Other")).setProperties(struct({}));
    await expect(call(client.create.bind(client), request)).rejects.toMatchObject({
      details: expect.stringContaining("test:index:Other") as string,
    });
  });
});
