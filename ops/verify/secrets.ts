import type { ConfigMap as StackConfig } from "@pulumi/pulumi/automation";
import type { Variables } from "../../components/portal";
import { maxSecretAgeDays } from "../configKeys";
import { OktaApiError, OktaManagement, readSignIn } from "../okta/management";
import { type SecretFinding, secretFindings, tooOld } from "../okta/secretHealth";
import { ClientSecrets } from "../okta/secrets";
import { failed, type Finding, type Problem, skipped, Stopped, unknown, warning } from "./check";
import type { Recorded } from "./recorded";

/** Okta has the portal's client secret and no other, and no secret is too old. */
export async function checkSecrets(
  { OKTA_CLIENT_SECRET: own }: Variables,
  { appId, sessionSecretMade, pkce }: Recorded,
  config: StackConfig,
): Promise<Finding> {
  const now = new Date();
  const maxAge = maxSecretAgeDays(config);
  const session = pkce && sessionSecretMade ? tooOld(sessionSecretMade, maxAge, now) : undefined;
  const problems = session ? [warning(`the session secret ${session}`, ROTATE)] : [];
  const signIn = readSignIn(config, process.env);
  if (!signIn) {
    if (problems.length > 0) return { problems };
    return skipped("needs the Okta provider's credentials, which are not set here (OKTA_API_TOKEN, or a key)");
  }
  const inOkta = await new ClientSecrets(new OktaManagement(signIn), appId).list().catch(unreadable);
  return {
    says: `Okta has the portal's client secret and no other; none is older than ${maxAge} days`,
    problems: [...secretFindings(inOkta, own, maxAge, now).map(problem), ...problems],
  };
}

const ROTATE = "rotate it: npm run rotate";

function problem({ kind, cause }: SecretFinding): Problem {
  if (kind === "old") return warning(cause, ROTATE);
  if (kind === "other") {
    return warning(
      cause,
      "after a rotation that was interrupted: npm run rotate, which retires it; else find out who uses it, and delete it in Okta",
    );
  }
  return failed(
    cause,
    kind === "retired" ? "activate it in Okta, then: npm run rotate" : "npm run rotate makes another one",
  );
}

function unreadable(error: unknown): never {
  if (!(error instanceof OktaApiError)) throw error;
  const remedy = "see the provider's credentials; with OAuth 2.0 they need the scope okta.apps.read";
  throw new Stopped(unknown(`the app's client secrets could not be read: ${error.message}`, remedy));
}
