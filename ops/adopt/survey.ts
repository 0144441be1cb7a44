import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { CommandError } from "../command";
import type { Stack } from "../stack";
import { findApp, type State } from "../state";
import { type FoundApp, readApp } from "./app";
import type { Context } from "./adoption";
import { NAMESPACE, stackFile, valueOf } from "./config";
import { findHolder } from "./holder";
import { type ExistingObject, objectRefusal, readObjects } from "./objects";
import { refusals } from "./refusals";
import { type Running, seeRunning } from "./running";
import { type FoundServer, readServer } from "./server";

/** What was found in Okta, in the cluster and at the portal. */
export interface Found extends FoundApp {
  server: FoundServer | undefined;
  /** The Secret and the ConfigMap that are there under the stack's names, and are not the stack's yet. */
  objects: ExistingObject[];
  running: Running | undefined;
}

/**
 * Looks at everything that an adoption touches.
 *
 * @throws CommandError with all that is in its way
 */
export async function survey(context: Context, state: State): Promise<Found> {
  const { stack, okta, config, app: id, server: serverName } = context;
  const app = await readApp(okta, id);
  const reasons = [...refusals(app, await circumstances(context, state)), ...conflicts(context, app, state)];
  if (reasons.length > 0) {
    const lines = reasons.map((reason) => `\n  it ${reason}`).join("");
    throw new CommandError(`nothing was changed: the app ${app.app.label} (${id}) is not taken over:${lines}`, 1);
  }
  const [server, objects, running] = await Promise.all([
    serverName === undefined ? undefined : readServer(okta, serverName, app.clientId),
    readObjects(config, app.clientId),
    seeRunning(config),
  ]);
  refuseObjects(stack, objects);
  return { ...app, server, objects, running };
}

async function circumstances({ stack, config, app, keepSecret }: Context, state: State) {
  const isOwn = findApp(state)?.id === app;
  return {
    holder: isOwn ? undefined : await findHolder(stack, app),
    addsSecret: !keepSecret && !isOwn && valueOf(config, "clientSecretVersion") === "1",
  };
}

/** What in the stack itself is in the way of this app. */
function conflicts({ stack, config, app: id, server }: Context, { clientId }: FoundApp, state: State): string[] {
  const reasons: string[] = [];
  const own = findApp(state)?.id;
  if (own !== undefined && own !== id) {
    reasons.push(
      `is another one than the app that the stack ${stack.name} has already, ${own}: use a stack of its own`,
    );
  }
  const configured = valueOf(config, "clientId");
  if (configured && configured !== clientId) {
    reasons.push(`has the client ID ${clientId}, where the stack's clientId is ${configured}: take that out`);
  }
  const chosen = valueOf(config, "authorizationServer");
  if (server !== undefined && chosen !== "dedicated") {
    reasons.push(
      `cannot have the server ${server} by --server while authorizationServer is ${chosen}: leave out one of them`,
    );
  }
  return reasons;
}

/** @throws CommandError when the Secret or the ConfigMap that is there must not be taken over */
function refuseObjects(stack: Stack, objects: ExistingObject[]): void {
  const file = stackFile(stack);
  const { config = {} } = (existsSync(file) ? parse(readFileSync(file, "utf8")) : {}) as { config?: object };
  const reasons = objects.flatMap((object) => objectRefusal(object, NAMESPACE + object.key in config) ?? []);
  if (reasons.length > 0) throw new CommandError(`nothing was changed:\n  ${reasons.join("\n  ")}`, 1);
}
