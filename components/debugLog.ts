import * as pulumi from "@pulumi/pulumi";

// The SDK tells the engine's debug log of every resource that was registered, with its outputs as they are: a secret is
// marked as such there, but stands in plain text, and a log of any verbosity (-v 1 and up, --debug) then holds it. There
// is no setting for it, so the SDK's own debug messages are dropped; the engine's and the providers' stay.
(pulumi.log as { debug: typeof pulumi.log.debug }).debug = () => Promise.resolve();
