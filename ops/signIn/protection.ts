import { UNKNOWN } from "../preview";
import { duration, type Found, longest } from "./finding";
import type { SignIn } from "./model";

/** What was kept from happening before, and is no longer. */
export function protectionDisruptions(before: SignIn, after: SignIn): Found[] {
  if (!before.app || !after.app) return [];
  const weakened = (is: boolean, sentence: string): Found[] => (is ? [["protection-weakened", sentence]] : []);
  const [from, to] = [before.app, after.app];
  const implicit = ({ app }: SignIn) =>
    Boolean(app?.grantTypes.includes("implicit") || app?.responseTypes.some((type) => type !== "code"));
  return [
    ...weakened(from.pkce && !to.pkce, "Okta no longer requires PKCE: a stolen code can be used by somebody else."),
    ...weakened(
      from.protect && !to.protect,
      "The app is no longer protected from being deleted or replaced by accident.",
    ),
    ...weakened(
      !from.wildcards && to.wildcards,
      "Okta takes redirect URIs with wildcards: codes can be sent elsewhere.",
    ),
    ...weakened(
      !implicit(before) && implicit(after),
      "Okta hands tokens to the browser itself: the implicit flow is on.",
    ),
    ...weakened(from.rotation && !to.rotation, "A refresh token works more than once: a stolen one goes unnoticed."),
    ...weakened(
      [from, to].every(({ authenticationPolicy: id }) => id !== undefined && id !== UNKNOWN) &&
        from.authenticationPolicy !== to.authenticationPolicy,
      "Another authentication policy decides what a person needs to sign in, such as a second factor.",
    ),
    ...weakened(
      before.overlay?.verifiedEmail === true && after.overlay?.verifiedEmail === false,
      "An address counts although Okta has not seen that it is the person's.",
    ),
    ...longer("A sign-in lasts", longest(before), longest(after)),
    ...longer("An unused sign-in lasts", before.rule?.idleMinutes, after.rule?.idleMinutes),
  ];
}

function longer(sentence: string, from: number | undefined, to: number | undefined): Found[] {
  if (from === undefined || to === undefined || to <= from) return [];
  return [["protection-weakened", `${sentence} up to ${duration(to)} instead of ${duration(from)}.`]];
}
