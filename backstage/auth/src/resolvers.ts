import { type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import type { Config } from "@backstage/config";
import { InputError, isError, NotAllowedError, NotFoundError } from "@backstage/errors";
import type { OidcAuthResult } from "@backstage/plugin-auth-backend-module-oidc-provider";
import type { AuthResolverContext, OAuthAuthenticatorResult, SignInResolver } from "@backstage/plugin-auth-node";
import {
  emailAnnotation,
  findByEmail,
  findById,
  type Lookup,
  nameFromEmail,
  profileEmail,
  refOfNobody,
} from "./catalogUser";
import { sameText, splitEmail, withoutPlusTag } from "./email";
import { type FindEntities, groupsOf, ownershipRefs } from "./groups";
import { type ResolverName, type ResolverOptions, resolverOptions } from "./resolverOptions";

type Resolver = SignInResolver<OAuthAuthenticatorResult<OidcAuthResult>>;
type Log = (sentence: string) => void;

/** What the resolvers of the whole backend are given. */
export interface Backend {
  /** Looks into the catalog. */
  find: FindEntities;
  /** Takes sentences for those who run the portal. */
  log: Log;
}

/** What all resolvers of an environment are given. */
interface Surroundings extends Backend {
  requireVerifiedEmail: boolean;
}

const resolvers: { [Name in ResolverName]: (options: ResolverOptions<Name>, surroundings: Surroundings) => Resolver } =
  {
    emailMatchingUserEntityProfileEmail: (options, { requireVerifiedEmail }) =>
      byEmail(profileEmail, { ...options, requireVerifiedEmail }),

    emailLocalPartMatchingUserEntityName: (options, { requireVerifiedEmail }) =>
      byEmail(nameFromEmail, { ...options, requireVerifiedEmail }),

    emailMatchingUserEntityAnnotation: (options, { requireVerifiedEmail }) =>
      byEmail(emailAnnotation, { ...options, requireVerifiedEmail }),

    oktaUserId({ annotation }) {
      return async ({ result }, context) =>
        signInAs(await findById(annotation, result.fullProfile.userinfo.sub, context), context);
    },

    oktaGroups({ userIdAnnotation, ...options }, { requireVerifiedEmail, find, log }) {
      return async ({ result: { fullProfile } }, context) => {
        const { userinfo } = fullProfile;
        const user = userIdAnnotation
          ? await findById(userIdAnnotation, userinfo.sub, context)
          : await findByEmail(profileEmail, usableEmails(userinfo, { ...options, requireVerifiedEmail }), context);
        return signInAs(user, context, await ownershipRefs(groupsOf(fullProfile), options, find, log));
      };
    },
  };

/**
 * Reads the `signIn.resolvers` of an environment. The first that finds a user decides; one that a person may not use,
 * for the domain of the email say, has found nobody.
 *
 * @param key the environment's place in the config, for the errors
 * @param backend is told each sentence once
 * @returns undefined when there are none, and Okta is not there to sign in with
 * @throws InputError that names a resolver or an option that does not exist
 */
export function readSignInResolver(environment: Config, key: string, backend: Backend): Resolver | undefined {
  const surroundings = { ...backend, requireVerifiedEmail: requiresVerifiedEmail(environment), log: once(backend.log) };
  const chosen = (environment.getOptionalConfigArray("signIn.resolvers") ?? []).map((entry, index) => {
    const { resolver: name, ...options } = entry.get<{ resolver: string }>();
    return { name, resolve: readResolver(name, options, `${key}.signIn.resolvers[${index}]`, surroundings) };
  });
  if (chosen.length === 0) return undefined;
  return async (info, context) => {
    const refusals = new Set<string>();
    for (const { resolve } of chosen) {
      try {
        return await resolve(info, context);
      } catch (error) {
        if (!isError(error) || error.name !== "NotFoundError") throw error;
        refusals.add(error.message);
      }
    }
    throw new NotAllowedError(`${[...refusals].join(" ")} (Tried: ${chosen.map(({ name }) => name).join(", ")}.)`);
  };
}

/** Whether an environment takes only emails that are verified in Okta. */
export function requiresVerifiedEmail(environment: Config): boolean {
  return environment.getOptionalBoolean("requireVerifiedEmail") ?? true;
}

function readResolver(name: string, options: object, key: string, surroundings: Surroundings): Resolver {
  if (!isResolverName(name)) {
    const names = Object.keys(resolverOptions).join(", ");
    throw new InputError(`${key}.resolver ${JSON.stringify(name)} is not a sign-in resolver: use one of ${names}`);
  }
  const { data, error } = resolverOptions[name].safeParse(options);
  if (error) {
    const mistakes = error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(" "));
    throw new InputError(`${key} (${name}): ${mistakes.join("; ")}`);
  }
  // These are the options of this very resolver, which the compiler cannot see while it does not know the name.
  return (resolvers[name] as (options: unknown, surroundings: Surroundings) => Resolver)(data, surroundings);
}

function isResolverName(name: string): name is ResolverName {
  return Object.hasOwn(resolverOptions, name);
}

function byEmail(
  lookup: Lookup,
  options: ResolverOptions<"emailMatchingUserEntityProfileEmail"> & { requireVerifiedEmail: boolean },
): Resolver {
  return async ({ result }, context) => {
    const emails = usableEmails(result.fullProfile.userinfo, options);
    const user = await findByEmail(lookup, emails, context).catch((error: Error) => {
      if (!options.dangerouslyAllowSignInWithoutUserInCatalog || error.name !== "NotFoundError") throw error;
    });
    if (user) return signInAs(user, context);
    return context.issueToken({ claims: { sub: refOfNobody(lookup.part(emails.at(-1) ?? "")) } });
  };
}

/**
 * The emails that a person may be found by: the one in Okta, and where that is asked for, the one without its tag.
 * @throws NotFoundError that says why there is none
 */
function usableEmails(
  { sub, email, email_verified: verified }: OidcAuthResult["userinfo"],
  options: { allowedDomains?: string[]; ignorePlusTag: boolean; requireVerifiedEmail: boolean },
): string[] {
  const { allowedDomains, ignorePlusTag, requireVerifiedEmail } = options;
  if (!email) {
    throw new NotFoundError(
      `Okta gives no email for your account ${sub}. Ask your Okta administrator to fill in the email of your profile, ` +
        "and to allow the scope email for this portal.",
    );
  }
  if (requireVerifiedEmail && verified !== true) {
    throw new NotFoundError(
      `Your email ${email} is not verified in Okta. Verify it in your Okta settings, or ask your Okta administrator, and sign in again.`,
    );
  }
  if (allowedDomains && !allowedDomains.some((domain) => sameText(domain, splitEmail(email).domain))) {
    throw new NotFoundError(
      `Your email ${email} is not of a domain that may sign in here: ${allowedDomains.join(", ")}.`,
    );
  }
  const untagged = ignorePlusTag ? withoutPlusTag(email) : undefined;
  return untagged ? [email, untagged] : [email];
}

async function signInAs(user: Entity, context: AuthResolverContext, groups: string[] = []) {
  const { ownershipEntityRefs } = await context.resolveOwnershipEntityRefs(user);
  const ent = [...new Set([...ownershipEntityRefs, ...groups])];
  return context.issueToken({ claims: { sub: stringifyEntityRef(user), ent } });
}

/** A session that is refreshed every hour would otherwise say the same every hour. */
function once(log: Log): Log {
  const said = new Set<string>();
  return (sentence) => {
    if (said.has(sentence)) return;
    said.add(sentence);
    log(sentence);
  };
}
