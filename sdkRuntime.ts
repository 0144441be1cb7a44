import * as pulumi from "@pulumi/pulumi";

/** What a program does to the SDK before it makes resources: a component patches nothing global. */
export function prepareSdk(): void {
  // The SDK tells the engine's debug log of every resource that was registered, with its outputs as they are: a secret is
  // marked as such there, but stands in plain text, and a log of any verbosity (-v 1 and up, --debug) then holds it. There
  // is no setting for it, so the SDK's own debug messages are dropped; the engine's and the providers' stay.
  (pulumi.log as { debug: typeof pulumi.log.debug }).debug = () => Promise.resolve();

  // The SDK takes a stack trace for each resource, and ts-node maps each line of it through the source maps of the whole
  // SDK: a tenth of a preview's time, and half of what each further portal adds. Errors that a person is meant to see have
  // no stack trace anyway.
  delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
}
