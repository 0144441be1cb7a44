"use strict";
const { createHash } = require("node:crypto");
const kubernetes = require("@pulumi/kubernetes");
const okta = require("@pulumi/okta");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const org = process.env.OKTA_HTTP_PROXY;
const portal = "http://127.0.0.1:7008";
const namespace = process.env.BENCH_NAMESPACE;
const name = "flat";

module.exports = async () => {
  const { groups } = await okta.getGroups({ q: "backstage-users" });
  const clientId = new random.RandomId(name, { byteLength: 10, prefix: "flat-" });
  const app = new okta.app.OAuth(name, {
    clientId: clientId.hex,
    label: "Backstage (bench-flat)",
    type: "web",
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    redirectUris: [`${portal}/api/auth/okta/handler/frame`],
    postLogoutRedirectUris: [`${portal}/`],
    wildcardRedirect: "DISABLED",
    pkceRequired: true,
    refreshTokenRotation: "ROTATE",
    refreshTokenLeeway: 30,
  });
  new okta.AppGroupAssignments(name, { appId: app.id, groups: [{ id: groups[0].id, profile: "{}" }] });
  const server = new okta.auth.Server(name, { name: "bench-flat", audiences: ["api://bench-flat"] });
  const scope = new okta.auth.ServerScope(name, { authServerId: server.id, name: "groups", consent: "IMPLICIT" });
  const claim = new okta.auth.ServerClaim(
    name,
    {
      authServerId: server.id,
      name: "groups",
      claimType: "IDENTITY",
      valueType: "GROUPS",
      groupFilterType: "REGEX",
      value: ".*",
      scopes: ["groups"],
    },
    { dependsOn: scope },
  );
  const policy = new okta.auth.ServerPolicy(name, {
    authServerId: server.id,
    name: "bench-flat",
    description: "bench-flat",
    priority: 1,
    clientWhitelists: [app.clientId],
  });
  new okta.auth.ServerPolicyRule(
    name,
    {
      authServerId: server.id,
      policyId: policy.id,
      name: "bench-flat",
      priority: 1,
      grantTypeWhitelists: ["authorization_code"],
      scopeWhitelists: ["openid", "profile", "email", "groups", "offline_access"],
      groupWhitelists: ["EVERYONE"],
    },
    { dependsOn: claim },
  );
  const session = new random.RandomPassword(name, { length: 64, special: false });
  const data = pulumi
    .all([app.clientId, app.clientSecret, session.result])
    .apply(([id, secret, key]) => ({ OKTA_CLIENT_ID: id, OKTA_CLIENT_SECRET: secret, AUTH_SESSION_SECRET: key }));
  const overlay = pulumi.interpolate`auth: {environment: production, providers: {okta: {production: {metadataUrl: "${org}/oauth2/${server.id}/.well-known/openid-configuration"}}}}`;
  const secret = new kubernetes.core.v1.Secret(name, {
    metadata: { name: "bench-flat", namespace },
    data: data.apply((values) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
    ),
  });
  const configMap = new kubernetes.core.v1.ConfigMap(name, {
    metadata: { name: "bench-flat", namespace },
    data: { "app-config.okta.yaml": overlay },
  });
  const checksum = pulumi
    .all([data, overlay])
    .apply((content) => createHash("sha256").update(JSON.stringify(content)).digest("hex"));
  new kubernetes.apps.v1.DeploymentPatch(
    name,
    {
      metadata: { name: "backstage", namespace, annotations: { "pulumi.com/patchFieldManager": "bench-flat" } },
      spec: { template: { metadata: { annotations: { checksum: pulumi.unsecret(checksum) } } } },
    },
    { dependsOn: [secret, configMap] },
  );
  return { clientId: app.clientId };
};
