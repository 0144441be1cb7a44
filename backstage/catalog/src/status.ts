import type { AuthService, DiscoveryService } from "@backstage/backend-plugin-api";

/** Below the catalog's own address. */
export const STATUS_PATH = "/okta-org/status";

/** How it stands with what is read of an org. */
export interface ProviderStatus {
  provider: string;
  /** When a run last ended, and why it changed nothing, if it did not. */
  lastRunEndedAt?: string;
  lastRunError?: string;
}

interface Task {
  taskId: string;
  taskState: { lastRunEndedAt?: string; lastRunError?: string } | null;
}

/**
 * What Backstage's scheduler knows of the runs, which it keeps for all replicas. It says nothing of any person or group, so
 * that it is for whoever looks after the portal from outside.
 */
export async function readStatus(
  providers: string[],
  { auth, discovery }: { auth: AuthService; discovery: DiscoveryService },
): Promise<ProviderStatus[]> {
  const { token } = await auth.getPluginRequestToken({
    onBehalfOf: await auth.getOwnServiceCredentials(),
    targetPluginId: "catalog",
  });
  const url = `${await discovery.getBaseUrl("catalog")}/.backstage/scheduler/v1/tasks`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`the scheduler answers ${answer.status}`);
  const { tasks } = (await answer.json()) as { tasks: Task[] };
  return providers.map((provider) => {
    const { lastRunEndedAt, lastRunError } = tasks.find(({ taskId }) => taskId === provider)?.taskState ?? {};
    const message = lastRunError && (JSON.parse(lastRunError) as Error).message;
    return { provider, ...(lastRunEndedAt && { lastRunEndedAt }), ...(message && { lastRunError: message }) };
  });
}
