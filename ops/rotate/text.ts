import type { ClientSecretPlan } from "./clientSecret";
import type { Plan, RotateOptions } from "./plan";
import type { SessionSecretPlan } from "./sessionSecret";

/** What a plan does, for a person who is to agree to it. */
export function planLines(stack: string, { client, session, isUnderWay }: Plan, options: RotateOptions): string[] {
  return [
    isUnderWay
      ? `An earlier rotation of ${stack} was interrupted. This goes on with it:`
      : `This rotates the secrets of ${stack}:`,
    ...(client ? clientLines(client, options) : []),
    ...(session ? sessionLines(session, options) : []),
    ...(client || session ? [] : ["what the portal has already is brought up in full"]),
  ].map((line, index) => (index ? `  ${line}` : line));
}

function clientLines({ version, from, former }: ClientSecretPlan, { now }: RotateOptions): string[] {
  const made =
    from === "retire" ? [] : [`client secret: version ${version}, which Okta takes beside the former one at first`];
  if (!former) return made;
  const when = now
    ? "before the portal has the new one, so that sign-in fails until it has"
    : "when the portal has the new one";
  return [
    ...made,
    `the former client secret, ${former.id} of ${former.created.slice(0, 10)}, is deleted in Okta ${when}`,
  ];
}

function sessionLines({ versions }: SessionSecretPlan, { now, endSessions }: RotateOptions): string[] {
  const then =
    (now ?? endSessions)
      ? "everybody has to sign in again"
      : "sessions go on; a sign-in that is under way at that moment may have to be started again";
  return [`session secret: version ${versions.at(-1)}: ${then}`];
}
