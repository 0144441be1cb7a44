import type * as pulumi from "@pulumi/pulumi";

/**
 * Changes the arguments or options of one resource just before it is made, for what a component's own arguments do not
 * cover.
 *
 * @example
 * new OidcApp("backstage", { ...args, transform: { app: (app) => { app.logoUri = "https://acme.example/logo.png"; } } })
 */
export type Transform<Args> = (args: Args, options: pulumi.CustomResourceOptions) => void;

/** The arguments of a resource's constructor, after the transform has had its say. */
export function transformed<Args>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: pulumi.CustomResourceOptions,
): [string, Args, pulumi.CustomResourceOptions] {
  transform?.(args, options);
  return [name, args, options];
}
