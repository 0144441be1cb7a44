import type { Stack } from "../stack";
import { OktaManagement, readSignIn } from "./management";

/** Reads from Okta as the stack's provider does; undefined where that could not sign in either. */
export async function connect(stack: Stack): Promise<OktaManagement | undefined> {
  const signIn = readSignIn(await stack.getAllConfig(), process.env);
  return signIn && new OktaManagement(signIn);
}
