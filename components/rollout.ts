import * as apps from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { ownedBy } from "./ownership";
import { CHECKSUM_ANNOTATION } from "./portal";
import { type Transform, transformed } from "./transform";

/** The part of the time-out after which a restart is slow. */
const WARN_AFTER = 0.8;

export interface RolloutArgs {
  namespace: pulumi.Input<string>;
  /** The portal's Deployment, which is somebody else's. */
  deployment: pulumi.Input<string>;
  /** The field manager that the annotation is applied under, which nobody else uses. */
  fieldManager: pulumi.Input<string>;
  /** The checksum of the Secret and the ConfigMap. */
  checksum: pulumi.Input<string>;
  /** How long to wait for the new pods. @default 5 */
  timeoutMinutes?: number;
  transform?: { patch?: Transform<apps.DeploymentPatchArgs> };
}

/** Restarts the portal when its Secret or ConfigMap changes, and waits until the new pods are ready. */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, args: RolloutArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:Rollout", name, {}, options);
    // The provider's own time-out is ten minutes, and it takes a progress deadline that is over for a mere delay.
    const minutes = args.timeoutMinutes ?? 5;
    const timeout = `${minutes}m`;
    const patch = new apps.DeploymentPatch(
      ...transformed(
        args.transform?.patch,
        name,
        {
          metadata: {
            name: args.deployment,
            namespace: args.namespace,
            // The annotation is ours alone: one that was edited by hand is taken back.
            annotations: ownedBy(args.fieldManager),
          },
          spec: { template: { metadata: { annotations: { [CHECKSUM_ANNOTATION]: args.checksum } } } },
        },
        // The provider keeps the whole Deployment in the state, which is somebody else's, with whatever is in its environment.
        {
          parent: this,
          additionalSecretOutputs: ["metadata", "spec", "status"],
          customTimeouts: { create: timeout, update: timeout },
        },
      ),
    );
    pulumi.output(args.checksum).apply(() => this.warnIfSlow(patch, minutes));
    this.registerOutputs({});
  }

  /**
   * Says where to read on before the provider gives up: its own message names a pod at the most. The engine would run a
   * hook on the error, but not every language host that this program runs under passes hooks on.
   */
  private warnIfSlow(patch: apps.DeploymentPatch, minutes: number): void {
    if (pulumi.runtime.isDryRun()) return;
    const warn = () =>
      pulumi.log.warn(
        `the portal's new pods are still not ready, and this ends after ${minutes} minutes: ` +
          `\`npm run verify -- --stack ${pulumi.getStack()}\` says why, \`npm run rollback\` goes back`,
        this,
      );
    const timer = setTimeout(() => void warn(), minutes * 60_000 * WARN_AFTER).unref();
    patch.id.apply(() => clearTimeout(timer));
  }
}
