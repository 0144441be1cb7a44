import { parse } from "yaml";
import { OVERLAY_FILE, ROLES_FILE } from "../../components/portal";
import { CALLBACK_PATH } from "../../components/urls";
import { CommandError } from "../command";
import { isSignInApp, secretOf, TYPES } from "../resourceTypes";

/** What the stack tells about itself, as far as it is used here. */
interface Outputs {
  clientId: string;
  issuer: string;
  discoveryUrl: string;
  redirectUri: string;
  signOutRedirectUri: string;
  namespace: string;
  secretName: string;
  configMapName: string;
  checksum: string;
  /** Backstage's `app.baseUrl`. */
  portalUrl: string;
  /** Backstage's `backend.baseUrl`. */
  backendUrl: string;
  /** The key under `auth.providers.okta`. */
  environment: string;
  authModule: "pkce" | "stock";
  /** The Deployment that is restarted; undefined when none is. */
  deployment: string | undefined;
}

/** What the stack's last update wrote down: its outputs, and what it made in Okta and the cluster. */
export interface Recorded extends Omit<Outputs, "authModule"> {
  /** What Okta calls the app. */
  appId: string;
  /** When the portal's session secret was made, where the engine has noted that. */
  sessionSecretMade: Date | undefined;
  /** The text of the ConfigMap's overlay. */
  overlay: string;
  /** The text of its roles' policies; undefined without roles. */
  rolePolicies: string | undefined;
  /** Whether the portal runs the module that sends a PKCE challenge. */
  pkce: boolean;
  /** The access policy in Okta; undefined with the org server, which has none. */
  accessPolicy: AccessPolicy | undefined;
}

interface AccessPolicy {
  serverId: string;
  policyId: string;
  /** Whether the server was made for this portal. */
  isDedicated: boolean;
}

/** A resource in a stack's state. */
export interface Resource {
  urn: string;
  type: string;
  id?: string;
  /** ISO 8601. */
  created?: string;
  inputs?: { type?: unknown; metadata?: { name?: string }; data?: Record<string, unknown> };
  outputs?: Partial<Outputs> & { authServerId?: string };
}

/**
 * What the resources in a stack's state record. Not its config, which may be ahead of what was brought up.
 *
 * @throws CommandError when the stack was never brought up
 */
export function recordedIn(resources: Resource[], stack: string): Recorded {
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const outputs = { ...of(TYPES.component)[0]?.outputs, ...of(TYPES.stack)[0]?.outputs };
  const [app, policy] = [resources.find(isSignInApp), of(TYPES.policy)[0]];
  const data = of(TYPES.configMap).find(({ inputs }) => inputs?.metadata?.name === outputs.configMapName)?.inputs?.data;
  const overlay = data?.[OVERLAY_FILE];
  if (!isComplete(outputs) || !app || typeof overlay !== "string") {
    throw new CommandError(`stack ${stack} has nothing to check: bring it up first, by pulumi up --stack ${stack}`);
  }
  const { authModule, ...facts } = { ...derived(outputs, overlay), ...outputs };
  return {
    ...facts,
    deployment: outputs.deployment ?? of(TYPES.deploymentPatch)[0]?.inputs?.metadata?.name,
    appId: app.id ?? "",
    sessionSecretMade: newest(resources.filter((each) => secretOf(each) === "session")),
    overlay,
    rolePolicies: data?.[ROLES_FILE] as string | undefined,
    pkce: authModule === "pkce",
    accessPolicy:
      policy?.id && policy.outputs?.authServerId
        ? {
            serverId: policy.outputs.authServerId,
            policyId: policy.id.split("/").at(-1)!,
            isDedicated: of(TYPES.server).length > 0,
          }
        : undefined,
  };
}

/** The names of the variables that an overlay has in place of values. */
export const namedVariables = (overlay: string): string[] =>
  [...overlay.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);

function newest(resources: Resource[]): Date | undefined {
  const times = resources.flatMap(({ created }) => (created ? Date.parse(created) : []));
  return times.length > 0 ? new Date(Math.max(...times)) : undefined;
}

/** What a stack of before did not record in so many words. */
function derived({ redirectUri, signOutRedirectUri }: Outputs, overlay: string) {
  const { auth } = parse(overlay) as {
    auth: { environment: string; providers: { okta: Record<string, { metadataUrl?: string }> } };
  };
  const isPkce = auth.providers.okta[auth.environment]?.metadataUrl !== undefined;
  return {
    portalUrl: signOutRedirectUri.replace(/\/$/, ""),
    backendUrl: redirectUri.slice(0, -CALLBACK_PATH.length),
    environment: auth.environment,
    authModule: isPkce ? ("pkce" as const) : ("stock" as const),
  };
}

// An update that stops half-way has not told them all.
function isComplete(outputs: Partial<Outputs>): outputs is Outputs {
  return Boolean(outputs.checksum && outputs.clientId && outputs.issuer && outputs.redirectUri);
}
