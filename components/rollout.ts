import * as apps from "@pulumi/kubernetes/apps/v1";
import * as pulumi from "@pulumi/pulumi";
import { fieldManager } from "./fieldManager";
import { CHECKSUM_ANNOTATION } from "./portal";
import { type Transform, transformed } from "./transform";

export interface RolloutArgs {
  namespace: pulumi.Input<string>;
  /** The portal's Deployment, which is somebody else's. */
  deployment: string;
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
            annotations: { ...fieldManager(), "pulumi.com/patchForce": "true" },
          },
          spec: { template: { metadata: { annotations: { [CHECKSUM_ANNOTATION]: args.checksum } } } },
        },
        { parent: this },
      ),
    );
    this.registerOutputs({});
  }
}
