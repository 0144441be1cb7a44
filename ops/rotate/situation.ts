import { versionedName } from "../../components/secretVersions";
import { CommandError } from "../command";
import { KEYS } from "../configKeys";
import { connect } from "../okta/connect";
import { ClientSecrets } from "../okta/secrets";
import { secretOf, TYPES } from "../resourceTypes";
import type { Stack } from "../stack";
import { findApp, findSecret, type Resource, revealed, type State } from "../state";
import type { ClientSecretState } from "./clientSecret";
import type { SessionSecretState } from "./sessionSecret";

/** What is there of a stack's secrets: in its file, its state and Okta. */
export interface Situation {
  client: ClientSecretState;
  session: SessionSecretState;
  /** Whether the portal seals its sessions: Backstage's own module does not. */
  sealsSessions: boolean;
  /** Whether the stack restarts the portal itself. */
  restarts: boolean;
  secrets: ClientSecrets;
  /** Whether an update was killed, so that nobody knows what it has done. */
  wasKilled: boolean;
  /** Every secret, none of which may be shown. */
  values: string[];
}

/**
 * @param state the stack's
 * @throws CommandError when the stack has not been brought up, or Okta cannot be asked
 */
export async function readSituation(stack: Stack, state: State): Promise<Situation> {
  const config = await stack.getAllConfig();
  const okta = connect(config);
  const app = findApp(state);
  const sent = revealed(app?.outputs?.clientSecret);
  if (!app?.id || typeof sent !== "string") {
    throw new CommandError(
      `stack ${stack.name} has no secrets yet: bring it up first, by pulumi up --stack ${stack.name}`,
    );
  }
  if (!okta) {
    throw new CommandError("there are no credentials for Okta: set OKTA_ORG_NAME and the others, as for pulumi up");
  }
  const version = (key: string) => Number(config[key]?.value || 1);
  const ownClient = ownSecret(state, "client");
  const secrets = new ClientSecrets(okta, app.id);
  const inOkta = await secrets.list();
  const variables = variablesIn(state);
  return {
    client: {
      version: version(KEYS.clientSecretVersion),
      own: ownClient(version(KEYS.clientSecretVersion)),
      sent,
      inOkta,
    },
    session: {
      version: version(KEYS.sessionSecretVersion),
      own: ownSecret(state, "session"),
      inUse: { current: variables.AUTH_SESSION_SECRET, other: variables.AUTH_SESSION_SECRET_PREVIOUS },
    },
    sealsSessions: config[KEYS.authModule]?.value !== "stock",
    restarts: state.resources.some(({ type }) => type === TYPES.deploymentPatch),
    secrets,
    wasKilled: state.pending.length > 0,
    values: [
      ...inOkta.map(({ client_secret }) => client_secret),
      ...state.resources.filter(secretOf).flatMap((resource) => valueOf(resource) ?? []),
    ],
  };
}

/** Finds the value of a version of a secret of the stack's own. */
function ownSecret(state: State, kind: "client" | "session"): (version: number) => string | undefined {
  const all = state.resources.filter((each) => secretOf(each) === kind);
  return (version) => {
    const found = all.find(({ urn, parent }) => nameOf(urn) === versionedName(nameOf(parent ?? ""), version));
    return found && valueOf(found);
  };
}

/** What the Secret gives the portal, as the last update made it. */
function variablesIn(state: State): Record<string, string | undefined> {
  const data = (revealed(findSecret(state)?.outputs?.data) ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]),
  );
}

const valueOf = ({ outputs }: Resource) => revealed(outputs?.result) as string | undefined;
const nameOf = (urn: string) => urn.split("::").at(-1)!;
