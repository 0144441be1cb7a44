/**
 * The annotation that makes the Kubernetes provider apply an object under one field manager of our own, not one with a
 * random name that is lost with an update that was killed.
 */
export const FIELD_MANAGER = { "pulumi.com/patchFieldManager": "backstage-okta-sso" };
