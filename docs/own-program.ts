// A Pulumi program of a team's own that uses the components without this project's config. In a repository of its own,
// the imports are those of wherever it keeps the components.
import * as core from "@pulumi/kubernetes/core/v1";
import * as okta from "@pulumi/okta";
import { BackstageSso } from "../components/backstageSso";

const developers = new okta.group.Group("developers", { name: "Developers" });
const namespace = new core.Namespace("portal", { metadata: { name: "portal" } });

const sso = new BackstageSso("portal", {
  portalUrl: "https://portal.acme.example",
  oktaUrl: "https://acme.okta.com",
  label: "Developer portal",
  allowedGroups: [developers],
  groupsFilter: { type: "EQUALS", value: "Developers" },
  session: { durationMinutes: 8 * 60, idleMinutes: 60 },
  namespace: namespace.metadata.name,
  transform: { oidcApp: { app: (app) => (app.logo = "portal.png") } },
});

export const { clientId, issuer, helmValues } = sso.outputs;
