import { CommandError } from "../command";
import type { ClientSecret } from "../okta/secrets";

/** What is there of a stack's client secret. */
export interface ClientSecretState {
  /** The version in the stack's file. */
  version: number;
  /** The value of that version, where the state has it. */
  own: string | undefined;
  /** What the app's last update told Okta. */
  sent: string;
  /** The oldest first. */
  inOkta: ClientSecret[];
}

export interface ClientSecretPlan {
  version: number;
  /**
   * What is left to do: all of it; all but to raise the version, which an earlier run has done; or to retire what was
   * there before, since the app's update is done too.
   */
  from: "raise" | "add" | "retire";
  /** What is retired. */
  former: ClientSecret | undefined;
}

/**
 * Says what is left to do of a rotation. What an earlier run has done is told by the state, which has a version's value
 * before Okta has, and keeps what the app's last update sent until the next one.
 *
 * @throws CommandError when Okta has a second secret that no rotation has left there
 */
export function planClientSecret({ version, own, sent, inOkta }: ClientSecretState): ClientSecretPlan {
  // The first version is whatever the app began with.
  const value = version === 1 ? sent : own;
  const mine = inOkta.find(({ client_secret }) => client_secret === value);
  const former = inOkta.find((secret) => secret !== mine);
  // What was there before the stack's own is what that one has followed; a younger one is somebody else's.
  const isRotation = version > 1 && mine !== undefined && mine === inOkta[1];
  if (inOkta.length > 1 && !isRotation) throw tooMany(inOkta, [value, sent]);
  if (value !== sent) return { version, from: "add", former };
  return mine && former
    ? { version, from: "retire", former }
    : { version: version + 1, from: "raise", former: mine ?? former };
}

function tooMany(inOkta: ClientSecret[], own: (string | undefined)[]): CommandError {
  const names = inOkta.map(({ id, status, created, client_secret }) => {
    const whose = own.includes(client_secret) ? "this stack's" : "not this stack's";
    return `${id} (${status.toLowerCase()}, of ${created.slice(0, 10)}, ${whose})`;
  });
  return new CommandError(
    `the app has two client secrets in Okta already, and can have no third: ${names.join(" and ")}. Find out who uses what ` +
      "is not this stack's, deactivate and delete it in Okta, and run this again",
    1,
  );
}
