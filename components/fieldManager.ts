import * as pulumi from "@pulumi/pulumi";

/**
 * The annotation that makes the Kubernetes provider apply an object under a field manager of this stack's own: not one
 * with a random name, which is lost with an update that was killed, nor one that another stack has too, since the API
 * server lets one manager overwrite its own fields.
 */
export function fieldManager(): Record<string, string> {
  return { "pulumi.com/patchFieldManager": `backstage-okta-sso-${pulumi.getStack()}` };
}
