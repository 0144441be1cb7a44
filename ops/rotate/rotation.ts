import type { OpMap } from "@pulumi/pulumi/automation";
import { CommandError } from "../command";
import { KEYS } from "../configKeys";
import { EVER, ROTATION_AGENT, update } from "../engine";
import type { ClientSecret } from "../okta/secrets";
import { TYPES } from "../resourceTypes";
import type { Stack } from "../stack";
import { readState } from "../state";
import { describe, type Report } from "../verify/report";
import { verify } from "../verify/verify";
import type { ClientSecretPlan } from "./clientSecret";
import { type Plan, PORTAL } from "./plan";
import { readSituation, type Situation } from "./situation";

export interface RotationArgs {
  stack: Stack;
  plan: Plan;
  situation: Situation;
  /** Whether the former client secret goes before the portal has the new one. */
  now?: true;
  signal: AbortSignal;
  engineSignal: AbortSignal;
  /** Tells the person who waits. */
  say: (text: string) => void;
  /** Told each secret that is made, none of which may be shown. */
  onSecret: (value: string) => void;
}

/**
 * A rotation that is carried out. At each moment the portal has a client secret that Okta takes, and all its pods can open
 * the sessions that any of them seals. The app's update in Okta, which may make all secrets but the one that it names
 * useless, comes last.
 */
export class Rotation {
  /** Whether the next update has to find out first what one that was killed has done. */
  private refresh: boolean;

  constructor(private readonly args: RotationArgs) {
    this.refresh = args.situation.wasKilled;
  }

  /**
   * @returns that sign-in works
   * @throws CommandError when it does not, or somebody else has to restart the portal first
   */
  async carryOut(): Promise<Report> {
    const { plan, now } = this.args;
    const { client, session, updates, rollsOut } = plan;
    if (updates) {
      await this.raise(client, session?.versions[0]);
      if (client && client.from !== "retire") await this.add(client);
      if (now) await this.deactivate(client?.former);
      if (rollsOut) await this.rollOut();
      await this.check();
      await this.raise(undefined, session?.versions[1]);
      await this.bringUp();
    }
    await this.deactivate(client?.former);
    const report = await this.check();
    await this.delete(client?.former);
    return report;
  }

  /** Writes the versions into the stack's file, both at once. */
  private async raise(client: ClientSecretPlan | undefined, session: number | undefined): Promise<void> {
    const { stack, situation } = this.args;
    const values = {
      ...(client?.from === "raise" && { [KEYS.clientSecretVersion]: { value: String(client.version) } }),
      ...(session !== undefined &&
        session !== situation.session.version && { [KEYS.sessionSecretVersion]: { value: String(session) } }),
    };
    if (Object.keys(values).length === 0) return;
    const texts = Object.entries(values).map(([key, { value }]) => `${key.split(":")[1]} to ${value}`);
    this.begin(`Raising ${texts.join(" and ")} in the stack's file.`);
    await stack.setAllConfig(values);
  }

  /** Has Okta take the new client secret beside the old one. */
  private async add({ version, from }: ClientSecretPlan): Promise<void> {
    const { stack, situation, onSecret } = this.args;
    this.begin(`Making client secret ${version}, and adding it in Okta beside the former one.`);
    const isMade = from === "add" && situation.client.own !== undefined;
    if (!isMade) await this.update([TYPES.password]);
    const { client, secrets } = isMade ? situation : await readSituation(stack, await readState(stack));
    if (client.own === undefined) throw new Error(`the state has no client secret ${version}`);
    onSecret(client.own);
    const there = client.inOkta.find(({ client_secret }) => client_secret === client.own);
    if (!there) await secrets.add(client.own);
    else if (there.status === "INACTIVE") await secrets.activate(there);
  }

  private async rollOut(): Promise<void> {
    this.begin("Rolling it out to the portal.");
    const changes = await this.update(PORTAL);
    const hasChanged = Object.entries(changes).some(([op, count]) => op !== "same" && count > 0);
    if (!hasChanged || this.args.situation.restarts) return;
    throw new CommandError(
      "the Secret has what the portal needs now, and the stack restarts no Deployment: restart the portal, wait until its " +
        "old pods are gone, and run this again, which goes on from there",
      1,
    );
  }

  private async bringUp(): Promise<void> {
    this.begin("Bringing up the rest: the app in Okta comes last.");
    await this.update();
  }

  private async deactivate(former: ClientSecret | undefined): Promise<void> {
    if (former?.status !== "ACTIVE") return;
    this.begin(`Deactivating the former client secret, ${former.id}.`);
    await this.args.situation.secrets.deactivate(former);
    former.status = "INACTIVE";
  }

  private async delete(former: ClientSecret | undefined): Promise<void> {
    if (!former) return;
    this.begin(`Deleting the former client secret, ${former.id}.`);
    await this.args.situation.secrets.remove(former);
  }

  private async check(): Promise<Report> {
    this.begin("Checking that sign-in works.");
    const report = await verify(this.args.stack);
    if (report.verdict === "ok") return report;
    throw new CommandError(
      `${describe(report)}\nThe rotation has stopped there. Put that right and run this again, which goes on from there.`,
      report.verdict === "failed" ? 1 : 2,
    );
  }

  /** @param types the only resources to update; left out, all */
  private async update(types?: string[]): Promise<OpMap> {
    const { stack, engineSignal, say } = this.args;
    const changes = await update(stack, {
      command: "rotation",
      message: "rotation of secrets",
      userAgent: ROTATION_AGENT,
      target: types?.map((type) => `**$${type}::**`),
      refresh: this.refresh,
      killedSince: EVER,
      signal: engineSignal,
      onProgress: (line) => say(`  ${line}`),
    });
    this.refresh = false;
    return changes;
  }

  /** Between two phases a person's Ctrl-C is heeded. */
  private begin(phase: string): void {
    this.args.signal.throwIfAborted();
    this.args.say(phase);
  }
}
