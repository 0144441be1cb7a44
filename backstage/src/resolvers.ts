import { stringifyEntityRef } from "@backstage/catalog-model";
import { type Config, ConfigReader } from "@backstage/config";
import { NotAllowedError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import {
  commonSignInResolvers,
  createSignInResolverFactory,
  type OAuthAuthenticatorResult,
  readDeclarativeSignInResolver,
  type SignInInfo,
  type SignInResolver,
  type SignInResolverFactory,
} from "@backstage/plugin-auth-node";
import { groupsOf, ownershipRefs } from "./groups";
import { resolverOptions } from "./resolverOptions";

type OktaResult = OAuthAuthenticatorResult<OidcAuthResult>;

/** The resolvers of Backstage's own okta module, and `oktaGroups`. Options that they do not know are refused. */
export const oktaSignInResolvers: Record<string, SignInResolverFactory> = {
  /** Finds the User whose `spec.profile.email` is the person's email. */
  emailMatchingUserEntityProfileEmail: createSignInResolverFactory({
    optionsSchema: resolverOptions.emailMatchingUserEntityProfileEmail.default({}),
    create(options) {
      const resolve = commonSignInResolvers.emailMatchingUserEntityProfileEmail(options);
      return async (info, context) => {
        // Backstage takes allowedDomains here too, but does not look at it.
        checkDomain(emailOf(info), options.allowedDomains);
        return resolve(info, context);
      };
    },
  }),

  /** Finds the User whose name is the part of the person's email before the `@`. */
  emailLocalPartMatchingUserEntityName: createSignInResolverFactory({
    optionsSchema: resolverOptions.emailLocalPartMatchingUserEntityName,
    create: (options) => commonSignInResolvers.emailLocalPartMatchingUserEntityName(options),
  }),

  /** Finds the User whose annotation `okta.com/email` is the person's email. */
  emailMatchingUserEntityAnnotation: createSignInResolverFactory({
    optionsSchema: resolverOptions.emailMatchingUserEntityAnnotation.default({}),
    create({ dangerouslyAllowSignInWithoutUserInCatalog }) {
      return (info, context) => {
        const email = emailOf(info);
        return context.signInWithCatalogUser(
          { annotations: { "okta.com/email": email } },
          dangerouslyAllowSignInWithoutUserInCatalog
            ? { dangerousEntityRefFallback: { entityRef: { name: email } } }
            : {},
        );
      };
    },
  }),

  /** Finds the User whose `spec.profile.email` is the person's email, who then owns through their Okta groups as well. */
  oktaGroups: createSignInResolverFactory({
    optionsSchema: resolverOptions.oktaGroups.default({}),
    create(rule) {
      return async (info: SignInInfo<OktaResult>, context) => {
        const { entity } = await context.findCatalogUser({ filter: { "spec.profile.email": emailOf(info) } });
        const { ownershipEntityRefs } = await context.resolveOwnershipEntityRefs(entity);
        const groups = ownershipRefs(groupsOf(info.result.fullProfile), rule);
        return context.issueToken({
          claims: { sub: stringifyEntityRef(entity), ent: [...new Set([...ownershipEntityRefs, ...groups])] },
        });
      };
    },
  }),
};

/**
 * Reads the `signIn.resolvers` of an environment. The first that finds a user decides.
 *
 * @returns undefined when there are none, and Okta is not there to sign in with
 * @throws Error that names a resolver or an option that does not exist
 */
export function readSignInResolver(environment: Config): SignInResolver<OktaResult> | undefined {
  const chosen = environment
    .getOptionalConfigArray("signIn.resolvers")
    ?.map((entry) => entry.get<{ resolver: string }>());
  if (!chosen?.length) return undefined;
  const names = chosen.map(({ resolver }) => resolver).join(", ");
  const resolve = readDeclarativeSignInResolver<OktaResult>({
    // The last is none that a config can choose: it says for whom all of those found nobody.
    config: new ConfigReader({ signIn: { resolvers: [...chosen, { resolver: "nobody" }] } }),
    signInResolverFactories: { ...oktaSignInResolvers, nobody: () => (info) => refuse(info, names) },
  });
  return (
    resolve &&
    (async (info, context) => {
      checkEmail(info.result.fullProfile.userinfo);
      return await resolve(info, context);
    })
  );
}

function refuse(info: SignInInfo<OktaResult>, resolvers: string): never {
  throw new NotAllowedError(
    `No user in the catalog matches ${emailOf(info)} (looked for by ${resolvers}). Ask the portal's team to add you to ` +
      "the catalog. Just after the portal's start it may not be read yet: then try again in a minute.",
  );
}

/** @throws NotAllowedError that says why an account has no email that may be used */
function checkEmail({ sub, email, email_verified: verified }: OidcAuthResult["userinfo"]): void {
  if (!email) {
    throw new NotAllowedError(
      `Okta gives no email for your account ${sub}. Ask your Okta administrator to fill in the email of your profile, ` +
        "and to allow the scope email for this portal.",
    );
  }
  if (verified !== true) {
    throw new NotAllowedError(
      `Your email ${email} is not verified in Okta. Verify it in your Okta settings, or ask your Okta administrator, and sign in again.`,
    );
  }
}

function emailOf({ profile }: SignInInfo<unknown>): string {
  return profile.email ?? "";
}

function checkDomain(email: string, allowedDomains: string[] | undefined): void {
  const domain = email.slice(email.indexOf("@") + 1);
  if (allowedDomains && !allowedDomains.includes(domain)) {
    throw new NotAllowedError(
      `Your email ${email} is not of a domain that may sign in here: ${allowedDomains.join(", ")}.`,
    );
  }
}
