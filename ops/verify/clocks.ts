import { failed, type Finding, type Problem, warning } from "./check";
import type { Answer } from "./http";

/** A difference that shows, in seconds: well beyond what a network and a whole-second header make up. */
const NOTICEABLE_S = 60;
/** What verifiers of tokens allow at most: "no more than a few minutes" (RFC 7519, section 4.1.4). */
const TOLERABLE_S = 300;

/** The clocks of the portal, Okta and this machine agree. */
export function checkClocks(portal: Answer, okta: Answer): Finding {
  return {
    says: `the clocks of the portal, Okta and this machine agree within ${NOTICEABLE_S} s`,
    problems: clockProblems(portal.clockAhead, okta.clockAhead),
  };
}

/** @param portalAhead and oktaAhead by how many seconds each clock is ahead of this machine's; undefined if not known */
export function clockProblems(portalAhead: number | undefined, oktaAhead: number | undefined): Problem[] {
  if (portalAhead === undefined || oktaAhead === undefined) {
    const server = oktaAhead === undefined ? "Okta" : "the portal";
    return [warning(`${server} does not tell its time: its answers have no Date`, "let proxies keep that header")];
  }
  const ahead = Math.round(portalAhead - oktaAhead);
  const words = `the portal's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} Okta's`;
  const remedy = "set the clock of the portal's nodes by NTP";
  if (Math.abs(ahead) > TOLERABLE_S) return [failed(`${words}: its ID tokens are out of date on arrival`, remedy)];
  if (Math.abs(ahead) > NOTICEABLE_S) return [warning(words, remedy)];
  if (Math.abs(oktaAhead) > NOTICEABLE_S) {
    const cause = `this machine's clock differs from Okta's by ${Math.round(Math.abs(oktaAhead))} s`;
    return [warning(cause, "set it by NTP")];
  }
  return [];
}
