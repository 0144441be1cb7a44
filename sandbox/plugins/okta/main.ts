import { version } from "@pulumi/okta/package.json";
import { serve } from "../server";
import { app } from "./app";
import { authorizationServer } from "./authorizationServer";
import { Connection } from "./connection";
import { bridged, step } from "./errors";
import * as functions from "./functions";
import { groupAssignment, groupAssignments } from "./groupAssignments";
import { Okta } from "./okta";
import { OktaResource, type Definition } from "./resource";
import { claim, policy, policyRule, scope } from "./serverParts";
import { apiScopes, roleAssignment } from "./serviceApps";
import { readConfig } from "./config";

const ME = "/api/v1/users/me";
const NOT_CONFIGURED =
  "Provider Configuration Error: The Okta provider was not properly configured. Please ensure valid credentials are " +
  "provided. Set 'apiToken' (or OKTA_API_TOKEN env var), 'accessToken' (or OKTA_ACCESS_TOKEN env var), or 'privateKey' + " +
  "'clientId' (or OKTA_API_PRIVATE_KEY + OKTA_API_CLIENT_ID env vars).";

let connection: Connection;

/**
 * As in the genuine provider, an API token that Okta does not take stops the run before it changes anything. That is asked
 * twice, by each of the provider's two clients; and the provider is two in one, so that there are two errors.
 */
async function configure(given: Record<string, string>): Promise<void> {
  const config = readConfig(given, process.env);
  connection = new Connection(config);
  if (config.credentials.kind !== "token") return;
  const never = new AbortController().signal;
  const okta = new Okta(connection, { signal: never, log: () => undefined });
  for (const [version, client] of [["v3", okta.saying("status")] as const, ["v2", okta] as const]) {
    const check = step(`[ERROR] failed validate configuration: error with ${version} SDK client`, client.get(ME));
    await check.catch((error: unknown) => {
      throw new Error(`2 errors occurred:\n\t* ${bridged(error).message}\n\t* ${NOT_CONFIGURED}\n\n`);
    });
  }
}

const resource = (definition: Definition) => new OktaResource(definition, () => connection);

serve({
  name: "okta",
  version,
  configure,
  resources: {
    "okta:app/groupAssignment:GroupAssignment": resource(groupAssignment),
    "okta:app/oAuth:OAuth": resource(app),
    "okta:app/oauthRoleAssignment:OauthRoleAssignment": resource(roleAssignment),
    "okta:auth/server:Server": resource(authorizationServer),
    "okta:auth/serverClaim:ServerClaim": resource(claim),
    "okta:auth/serverPolicy:ServerPolicy": resource(policy),
    "okta:auth/serverPolicyRule:ServerPolicyRule": resource(policyRule),
    "okta:auth/serverScope:ServerScope": resource(scope),
    "okta:index/appOauthApiScope:AppOauthApiScope": resource(apiScopes),
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
    }).map(([token, definition]) => [token, functions.oktaFunction(token, definition, () => connection)] as const),
  ),
});
