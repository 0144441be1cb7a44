import { version } from "@pulumi/okta/package.json";
import { serve } from "../server";
import { app } from "./app";
import { authorizationServer } from "./authorizationServer";
import { Connection } from "./connection";
import * as functions from "./functions";
import { groupAssignments } from "./groupAssignments";
import { Okta } from "./okta";
import { policyRule } from "./policyRule";
import { oktaResource, type Definition } from "./resource";
import { claim, policy, scope } from "./serverParts";
import { readSettings } from "./settings";

let connection: Connection;

async function configure(config: Record<string, string>): Promise<void> {
  const settings = readSettings(config, process.env);
  connection = new Connection(settings);
  // As in the genuine provider: an API token that Okta does not take stops the run before it changes anything.
  if (settings.credentials.kind !== "token") return;
  const never = new AbortController().signal;
  await new Okta(connection, { signal: never, log: () => undefined }).find("/api/v1/users/me");
}

const resource = (definition: Definition) => oktaResource(definition, () => connection);

serve({
  name: "okta",
  version,
  configure,
  resources: {
    "okta:app/oAuth:OAuth": resource(app),
    "okta:auth/server:Server": resource(authorizationServer),
    "okta:auth/serverClaim:ServerClaim": resource(claim),
    "okta:auth/serverPolicy:ServerPolicy": resource(policy),
    "okta:auth/serverPolicyRule:ServerPolicyRule": resource(policyRule),
    "okta:auth/serverScope:ServerScope": resource(scope),
    "okta:index/appGroupAssignments:AppGroupAssignments": resource(groupAssignments),
  },
  functions: Object.fromEntries(
    Object.entries({
      "okta:auth/getServer:getServer": functions.getServer,
      "okta:auth/getServerScopes:getServerScopes": functions.getServerScopes,
      "okta:group/getGroup:getGroup": functions.getGroup,
      "okta:index/getDomain:getDomain": functions.getDomain,
      "okta:index/getGroups:getGroups": functions.getGroups,
      "okta:policy/getPolicy:getPolicy": functions.getPolicy,
    }).map(([token, definition]) => [token, functions.oktaFunction(definition, () => connection)] as const),
  ),
});
