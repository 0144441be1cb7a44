import type { ConfigMap } from "@pulumi/pulumi/automation";
import { OktaManagement, readSignIn } from "./management";

/** Reads from Okta as the provider of a stack with that config does; undefined where that could not sign in either. */
export function connect(config: ConfigMap): OktaManagement | undefined {
  const signIn = readSignIn(config, process.env);
  return signIn && new OktaManagement(signIn);
}
