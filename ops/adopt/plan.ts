import type { Config } from "../rollback/history";
import { stackName } from "../stack";
import type { State } from "../state";
import type { Context } from "./adoption";
import { NAMESPACE, valueOf } from "./config";
import { type Imports, importsOf } from "./imports";
import type { ExistingObject } from "./objects";
import type { Found } from "./survey";

/** What is to be done, once everything is looked at. */
export interface Plan {
  appId: string;
  clientId: string;
  imports: Imports;
  /** What of the stack's file is set, by key. */
  settings: Record<string, string>;
  /** What the stack's config is then. */
  config: Config;
  /** The version of the client secret that the stack makes; undefined where the app keeps the one that it has. */
  secretVersion: number | undefined;
  /** The Secret and the ConfigMap that become the stack's. */
  objects: ExistingObject[];
  /** Whether all of the app's groups become the stack's. */
  allAssignments: boolean;
  /** Before each URN of the stack's resources. */
  urnPrefix: string;
}

/** The first version is the secret that an app began with. */
const OWN_SECRET = 2;

export function planOf({ stack, config, app: appId, keepSecret }: Context, found: Found, state: State): Plan {
  const { clientId, server, objects } = found;
  const urnPrefix = `urn:pulumi:${stackName(stack.name).stack}::backstage-okta-sso::`;
  const allAssignments = valueOf(config, "keepAssignments") !== "true";
  const version = Number(valueOf(config, "clientSecretVersion"));
  const secretVersion = version > 1 ? version : keepSecret ? undefined : OWN_SECRET;
  const settings = {
    [`${NAMESPACE}clientId`]: clientId,
    [`${NAMESPACE}protect`]: "true",
    ...(secretVersion !== undefined && { [`${NAMESPACE}clientSecretVersion`]: String(secretVersion) }),
  };
  const set = Object.entries(settings).map(([key, value]) => [key, { value, secret: false }]);
  const urns = state.resources.map(({ urn }) => urn);
  return {
    appId,
    clientId,
    imports: importsOf({ appId, allAssignments, server }, urnPrefix, urns),
    settings,
    config: { ...config, ...(Object.fromEntries(set) as Config) },
    secretVersion,
    objects,
    allAssignments,
    urnPrefix,
  };
}
