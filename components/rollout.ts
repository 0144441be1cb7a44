import * as apps from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { ownedBy } from "./ownership";
import { CHECKSUM_ANNOTATION } from "./portal";
import { type Transform, transformed } from "./transform";

export interface RolloutArgs {
  namespace: pulumi.Input<string>;
  /** The portal's Deployment, which is somebody else's. */
  deployment: pulumi.Input<string>;
  /** The field manager that the annotation is applied under, which nobody else uses. */
  fieldManager: pulumi.Input<string>;
  /** The checksum of the Secret and the ConfigMap. */
  checksum: pulumi.Input<string>;
  transform?: { patch?: Transform<apps.DeploymentPatchArgs> };
}

/** Restarts the portal when its Secret or ConfigMap changes, and waits until the new pods are ready. */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, args: RolloutArgs, options?: pulumi.ComponentResourceOptions) {
    super("backstage-okta-sso:index:Rollout", name, {}, options);
    new apps.DeploymentPatch(
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
        { parent: this, additionalSecretOutputs: ["metadata", "spec", "status"] },
      ),
    );
    this.registerOutputs({});
  }
}
