import { z } from "zod";

/** Where it is not known, or not the same in every org, what Okta does: which way this org goes. */
export const variants = z.strictObject({
  /** What the server that each org begins with calls itself in the API's answers; its issuer ends in `default` either way. */
  defaultServerId: z.enum(["default", "aus"]).default("default"),
  /**
   * What becomes of an app's active secrets when a PUT of the app names another one: it replaces them, or comes beside
   * them, as far as two are allowed.
   */
  secretInPut: z.enum(["replaces", "adds"]).default("replaces"),
});
export type Variants = z.output<typeof variants>;
