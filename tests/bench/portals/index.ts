import { BackstageSso } from "../../../components/backstageSso";
import { findGroups } from "../../../components/oktaOrg";
import { prepareSdk } from "../../../sdkRuntime";

prepareSdk();

export = async () => {
  const [group] = await findGroups("backstage-users");
  if (!group) throw new Error("the org has no group backstage-users");
  for (let index = 0; index < Number(process.env.BENCH_PORTALS); index++) {
    const name = `portal-${index}`;
    const url = `https://${name}.acme.example`;
    new BackstageSso(name, {
      portalUrl: url,
      backendUrl: url,
      label: `Backstage bench ${index}`,
      oktaUrl: process.env.OKTA_HTTP_PROXY ?? "",
      issuerMode: "ORG_URL",
      environment: "production",
      authorizationServer: { kind: "dedicated" },
      manageGroupsClaim: true,
      allowedGroups: [group],
      groupsFilter: { type: "REGEX", value: ".*" },
      signInResolvers: [{ resolver: "emailMatchingUserEntityProfileEmail" }],
      authModule: "pkce",
      session: { durationMinutes: 720, idleMinutes: 120 },
      namespace: process.env.BENCH_NAMESPACE ?? "",
      secretName: name,
      configMapName: name,
      createNamespace: false,
      protect: false,
      dashboardTile: false,
      deployment: undefined,
    });
  }
};
