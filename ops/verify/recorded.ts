import { parse } from "yaml";
import { OVERLAY_FILE } from "../../components/portal";
import { CALLBACK_PATH } from "../../components/urls";
import { CommandError } from "../command";
import type { Stack } from "../stack";

/** The stack's outputs, as far as they are used here. */
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
}

/** What the stack's last update wrote down: its outputs, and what it put into the cluster. */
export interface Recorded extends Outputs {
  /** Backstage's `app.baseUrl`. */
  portalUrl: string;
  /** Backstage's `backend.baseUrl`. */
  backendUrl: string;
  /** The text of the ConfigMap's one file. */
  overlay: string;
  /** The key under `auth.providers.okta`. */
  environment: string;
  /** Whether the portal runs the module that sends a PKCE challenge. */
  pkce: boolean;
  /** The Deployment that is restarted; undefined when none is. */
  deployment: string | undefined;
}

/** A resource in a stack's state. */
export interface Resource {
  type: string;
  inputs?: { metadata?: { name?: string }; data?: Record<string, unknown> };
  outputs?: Partial<Outputs>;
}

/**
 * Reads what a stack recorded in its state. Not its config, which may be ahead of what was brought up.
 *
 * @throws CommandError when the stack was never brought up
 */
export async function readRecorded(stack: Stack): Promise<Recorded> {
  const { deployment } = (await stack.exportStack()) as { deployment: { resources?: Resource[] } };
  return recordedIn(deployment.resources ?? [], stack.name);
}

/** The same, of the resources in a state. */
export function recordedIn(resources: Resource[], stack: string): Recorded {
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const outputs = of("pulumi:pulumi:Stack")[0]?.outputs;
  const overlay = of("kubernetes:core/v1:ConfigMap").find(
    ({ inputs }) => inputs?.metadata?.name === outputs?.configMapName,
  )?.inputs?.data?.[OVERLAY_FILE];
  if (!isComplete(outputs) || typeof overlay !== "string") {
    throw new CommandError(`stack ${stack} has nothing to check: bring it up first, by pulumi up --stack ${stack}`);
  }
  const { auth } = parse(overlay) as {
    auth: { environment: string; providers: { okta: Record<string, { metadataUrl?: string }> } };
  };
  return {
    ...outputs,
    portalUrl: outputs.signOutRedirectUri.replace(/\/$/, ""),
    backendUrl: outputs.redirectUri.slice(0, -CALLBACK_PATH.length),
    overlay,
    environment: auth.environment,
    pkce: auth.providers.okta[auth.environment]?.metadataUrl !== undefined,
    deployment: of("kubernetes:apps/v1:DeploymentPatch")[0]?.inputs?.metadata?.name,
  };
}

// An update that stops half-way has not told them all.
function isComplete(outputs: Partial<Outputs> | undefined): outputs is Outputs {
  return Boolean(outputs?.checksum && outputs.clientId && outputs.issuer && outputs.redirectUri);
}
