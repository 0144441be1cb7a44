import { promisify } from "node:util";
import { Metadata, Server, ServerCredentials, credentials, status, type sendUnaryData } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { InitializationFailed, type Context, type Plugin, type Resource } from "./contract";
import { diffResponse } from "./diffResponse";
import { fromWire, toWire, type Props } from "./properties";

/*
 * Serves a plugin to the engine by gRPC. The SDK's own server, provider.main, hands over neither the provider's config nor
 * whether a call is a preview, no time-outs, no old inputs to a diff; its diffs name no paths, and its functions cannot be
 * invoked. A plugin that stands in for a genuine one needs all of that.
 */

/**
 * Serves a plugin to the engine whose address is the process's first argument: listens on a free loopback port and
 * prints it, which is the handshake. Ends with the engine.
 */
export function serve(plugin: Plugin): void {
  void listen(plugin, process.argv[2]).then(({ port }) => process.stdout.write(`${port}\n`));
  // The engine ends its plugins itself, unless it is killed; the launcher execs, so that the engine is our parent.
  const engine = process.ppid;
  setInterval(() => process.ppid === engine || process.exit(1), 1000).unref();
}

/** Serves a plugin on a free loopback port. */
export async function listen(plugin: Plugin, engineAddress?: string): Promise<{ server: Server; port: number }> {
  // Large objects go over gRPC's default of 4 MiB.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, service(plugin, engineAddress));
  const bind = promisify(server.bindAsync.bind(server));
  return { server, port: await bind("127.0.0.1:0", ServerCredentials.createInsecure()) };
}

function service(plugin: Plugin, engineAddress: string | undefined) {
  const session = new Session(plugin, engineAddress);

  return {
    handshake: unary(() => new rpc.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptOutputs(true)),
    attach: unary((request: PluginAttach) => {
      session.attach(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(plugin.version)),
    cancel: unary(() => {
      session.cancel();
      return new Empty();
    }),
    getSchema: unary(() =>
      new rpc.GetSchemaResponse().setSchema(JSON.stringify({ name: plugin.name, version: plugin.version })),
    ),
    checkConfig: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
    // The engine then compares the values itself, and never replaces the provider.
    diffConfig: unary(() => new rpc.DiffResponse().setChanges(rpc.DiffResponse.DiffChanges.DIFF_UNKNOWN)),
    configure: unary((request: rpc.ConfigureRequest) => configure(session, request)),
    check: unary((request: rpc.CheckRequest) => check(session, request)),
    diff: unary((request: rpc.DiffRequest) => diff(session, request)),
    create: unary((request: rpc.CreateRequest) => create(session, request)),
    read: unary((request: rpc.ReadRequest) => read(session, request)),
    update: unary((request: rpc.UpdateRequest) => update(session, request)),
    delete: unary((request: rpc.DeleteRequest) => remove(session, request)),
    invoke: unary((request: rpc.InvokeRequest) => invoke(session, request)),
  };
}

const SEVERITIES = { debug: LogSeverity.DEBUG, status: LogSeverity.INFO, warning: LogSeverity.WARNING };

/** A plugin at work for an engine. */
class Session {
  private readonly cancelled = new AbortController();
  private engine: EngineClient | undefined;

  constructor(
    readonly plugin: Plugin,
    engineAddress: string | undefined,
  ) {
    if (engineAddress) this.attach(engineAddress);
  }

  attach(engineAddress: string): void {
    this.engine = new EngineClient(engineAddress, credentials.createInsecure());
  }

  cancel(): void {
    this.cancelled.abort(new Error("The run was cancelled."));
  }

  /** What a request is about, as far as requests of its kind say it. */
  context(request: Partial<Pick<rpc.CreateRequest, "getUrn" | "getPreview" | "getTimeout">>): Context {
    const urn = request.getUrn?.() ?? "";
    return {
      urn,
      preview: request.getPreview?.() ?? false,
      timeoutSeconds: request.getTimeout?.() || undefined,
      signal: this.cancelled.signal,
      log: (severity, message) => {
        const request = new LogRequest().setSeverity(SEVERITIES[severity]).setMessage(message).setUrn(urn);
        this.engine?.log(request.setEphemeral(severity === "status"), () => {});
      },
    };
  }

  resource(urn: string): Resource {
    // urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME
    const type = urn.split("::")[2]?.split("$").pop() ?? "";
    const resource = this.plugin.resources[type];
    if (!resource) throw new Error(`The local ${this.plugin.name} plugin does not know the resource type ${type}.`);
    return resource;
  }
}

async function configure({ plugin }: Session, request: rpc.ConfigureRequest) {
  const entries = Object.entries(fromWire(request.getArgs()).props).filter(([key]) => key !== "version");
  await plugin.configure(
    Object.fromEntries(entries.map(([key, v]) => [key, typeof v === "string" ? v : JSON.stringify(v)])),
  );
  return new rpc.ConfigureResponse().setAcceptsecrets(true).setAcceptoutputs(true).setSupportspreview(true);
}

async function check(session: Session, request: rpc.CheckRequest) {
  const resource = session.resource(request.getUrn());
  const news = fromWire(request.getNews());
  const olds = fromWire(request.getOlds()).props;
  const unknown = Object.keys(news.props).filter((key) => !resource.inputs.includes(key));
  const failures = unknown.map((property) => ({
    property,
    reason: `The local ${session.plugin.name} plugin does not know this input; it knows ${resource.inputs.join(", ")}.`,
  }));
  let inputs = news.props;
  if (resource.check && failures.length === 0) {
    const previous = Object.keys(olds).length > 0 ? olds : undefined;
    const checked = await resource.check(news.props, previous, session.context(request));
    inputs = checked.inputs;
    failures.push(...checked.failures);
  }
  return new rpc.CheckResponse()
    .setInputs(toWire(inputs, [...news.secrets, ...(resource.secretOutputs ?? [])]))
    .setFailuresList(failures.map((f) => new rpc.CheckFailure().setProperty(f.property).setReason(f.reason)));
}

async function diff(session: Session, request: rpc.DiffRequest) {
  const [oldInputs, olds, newInputs] = [request.getOldInputs(), request.getOlds(), request.getNews()].map(
    (struct) => fromWire(struct).props,
  ) as [Props, Props, Props];
  return diffResponse(await session.resource(request.getUrn()).diff(request.getId(), oldInputs, olds, newInputs));
}

function create(session: Session, request: rpc.CreateRequest) {
  const resource = session.resource(request.getUrn());
  const inputs = fromWire(request.getProperties());
  return withSecrets([...inputs.secrets, ...(resource.secretOutputs ?? [])], async (wire) => {
    const { id, outputs } = await resource.create(inputs.props, session.context(request));
    return new rpc.CreateResponse().setId(id).setProperties(wire(outputs));
  });
}

function read(session: Session, request: rpc.ReadRequest) {
  const resource = session.resource(request.getUrn());
  const inputs = fromWire(request.getInputs());
  const outputs = fromWire(request.getProperties());
  const secrets = [...inputs.secrets, ...outputs.secrets, ...(resource.secretOutputs ?? [])];
  return withSecrets(secrets, async (wire) => {
    const found = await resource.read(request.getId(), inputs.props, outputs.props, session.context(request));
    if (!found) return new rpc.ReadResponse();
    return new rpc.ReadResponse().setId(found.id).setInputs(wire(found.inputs)).setProperties(wire(found.outputs));
  });
}

function update(session: Session, request: rpc.UpdateRequest) {
  const resource = session.resource(request.getUrn());
  const news = fromWire(request.getNews());
  return withSecrets([...news.secrets, ...(resource.secretOutputs ?? [])], async (wire) => {
    const { outputs } = await resource.update(
      request.getId(),
      fromWire(request.getOldInputs()).props,
      fromWire(request.getOlds()).props,
      news.props,
      session.context(request),
    );
    return new rpc.UpdateResponse().setProperties(wire(outputs));
  });
}

async function remove(session: Session, request: rpc.DeleteRequest) {
  const outputs = fromWire(request.getProperties()).props;
  await session.resource(request.getUrn()).delete(request.getId(), outputs, session.context(request));
  return new Empty();
}

async function invoke(session: Session, request: rpc.InvokeRequest) {
  const { name, functions } = session.plugin;
  const call = functions[request.getTok()];
  if (!call) throw new Error(`The local ${name} plugin does not know the function ${request.getTok()}.`);
  const { props, secrets } = fromWire(request.getArgs());
  const result = await call(props, session.context(request));
  return new rpc.InvokeResponse().setReturn(toWire(result, secrets.length > 0 ? Object.keys(result) : []));
}

/** A gRPC handler for a function that returns the response or throws. */
function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: { request: Request }, callback: sendUnaryData<Response>): void => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => callback(null, response),
        ({ message, metadata }: Error & { metadata?: Metadata }) =>
          callback({ code: status.UNKNOWN, details: message, metadata }),
      );
  };
}

/** Runs a call that makes properties; those of an InitializationFailed are wrapped as those of a response are. */
async function withSecrets<Response>(
  secrets: string[],
  run: (wire: (props: Props) => ReturnType<typeof toWire>) => Promise<Response>,
): Promise<Response> {
  const wire = (props: Props) => toWire(props, secrets);
  try {
    return await run(wire);
  } catch (error) {
    if (!(error instanceof InitializationFailed)) throw error;
    const failed = new rpc.ErrorResourceInitFailed()
      .setId(error.id)
      .setInputs(wire(error.inputs))
      .setProperties(wire(error.outputs))
      .setReasonsList(error.reasons);
    const detail = new Any();
    detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const details = new Status().setCode(status.UNKNOWN).setMessage(error.message).setDetailsList([detail]);
    const metadata = new Metadata();
    // https://grpc.io/docs/guides/error/: where gRPC carries structured details of an error.
    metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
    throw Object.assign(new Error(error.message), { metadata });
  }
}
