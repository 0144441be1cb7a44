import { DEFAULT_NAMESPACE, type Entity, stringifyEntityRef } from "@backstage/catalog-model";
import { isError, NotAllowedError, NotFoundError } from "@backstage/errors";
import type { AuthResolverCatalogUserQuery, AuthResolverContext } from "@backstage/plugin-auth-node";
import { localPart } from "../../naming/names";
import { sameText } from "./email";

/** A way to find a User by an email. */
export interface Lookup {
  /** What of the email it goes by. */
  part: (email: string) => string;
  query: (part: string) => AuthResolverCatalogUserQuery;
  /** What of a User has to equal it; undefined for one who is told to be another's. */
  of: (user: Entity, email: string) => unknown;
}

export const profileEmail: Lookup = {
  part: (email) => email,
  query: (email) => ({ filter: { "spec.profile.email": email } }),
  of: ({ spec }) => (spec?.profile as { email?: string } | undefined)?.email,
};

export const nameFromEmail: Lookup = {
  part: localPart,
  query: (name) => ({ entityRef: { name } }),
  // A name may be by a login, which is not each one's email: what is read from Okta says whose it is.
  of: ({ metadata }, email) => {
    const theirs = metadata.annotations?.["okta.com/email"];
    return theirs === undefined || sameText(theirs, email) ? metadata.name : undefined;
  },
};

export const emailAnnotation: Lookup = {
  part: (email) => email,
  query: (email) => ({ annotations: { "okta.com/email": email } }),
  of: ({ metadata }) => metadata.annotations?.["okta.com/email"],
};

/**
 * Finds the User of the first email that is one's.
 * @throws NotFoundError when there is none, NotAllowedError when there are several
 */
export async function findByEmail(lookup: Lookup, emails: string[], context: AuthResolverContext): Promise<Entity> {
  for (const email of emails) {
    const part = lookup.part(email);
    const user = await find(lookup.query(part), context);
    const found = user && lookup.of(user, email);
    // The catalog compares in Unicode's lower case, so what it finds may be another's.
    if (typeof found === "string" && sameText(found, part)) return user as Entity;
  }
  throw nobody(emails[0] ?? "");
}

/**
 * Finds the User whose annotation is this ID of a user in Okta.
 * @throws NotFoundError when there is none, NotAllowedError when there are several
 */
export async function findById(annotation: string, id: string, context: AuthResolverContext): Promise<Entity> {
  const user = await find({ annotations: { [annotation]: id } }, context);
  // IDs have case, but the catalog compares without.
  if (user?.metadata.annotations?.[annotation] === id) return user;
  throw nobody(`the Okta user ID ${id} in the annotation ${annotation}`);
}

/**
 * The reference to a User whom the catalog does not have.
 * @throws NotFoundError for a name that lower case could make another's, or that would not be read as it was written
 */
export function refOfNobody(name: string): string {
  if (!/^[!-.0-9;-~]+$/.test(name)) throw nobody(name);
  return stringifyEntityRef({ kind: "User", namespace: DEFAULT_NAMESPACE, name });
}

async function find(query: AuthResolverCatalogUserQuery, context: AuthResolverContext): Promise<Entity | undefined> {
  try {
    return (await context.findCatalogUser(query)).entity;
  } catch (error) {
    if (isError(error) && error.name === "NotFoundError") return undefined;
    if (!isError(error) || error.name !== "ConflictError") throw error;
    throw new NotAllowedError(
      "More than one user in the catalog matches you, so that none can be told to be you. Ask the portal's team to correct the catalog.",
    );
  }
}

function nobody(who: string): NotFoundError {
  return new NotFoundError(
    `No user in the catalog matches ${who}. Ask the portal's team to add you to the catalog. Just after the portal's ` +
      "start it may not be read yet: then try again in a minute.",
  );
}
