import { parse, YAMLParseError } from "yaml";
import { groupName } from "../../backstage/naming/names";
import { UNKNOWN } from "../preview";

/** What the overlay tells Backstage about the sign-in. */
export interface Overlay {
  text: string;
  /** Whether `auth.environment` has a section of its own under `auth.providers.okta`. */
  complete: boolean;
  /** Whether the portal runs the module that sends a PKCE challenge, and not Backstage's own. */
  pkce: boolean;
  callbackUrl?: string;
  metadataUrl?: string;
  /** All scopes that the portal asks for, the standard ones among them. */
  scopes: string[];
  /** The resolvers with their options, as JSON. */
  resolvers: string[];
  sessionMinutes?: number;
  /** Whether an address counts only once Okta has seen that it is the person's. */
  verifiedEmail: boolean;
  /** Which people and groups the catalog reads from Okta, as JSON; undefined where it reads none. */
  catalog?: string;
}

interface Config {
  auth?: { environment?: string; providers?: { okta?: Record<string, Section | undefined> } };
  catalog?: { providers?: { okta?: CatalogEntry[] } };
}

/** What names groups, among other options. */
interface GroupOptions {
  mapping?: Record<string, string>;
}

interface CatalogEntry {
  orgUrl?: string;
  groups?: unknown;
  groupFilter?: string;
  userFilter?: string;
  namespace?: string;
  naming?: { groups?: GroupOptions };
}

interface Section {
  callbackUrl?: string;
  metadataUrl?: string;
  additionalScopes?: string[];
  sessionDuration?: Record<string, number>;
  requireVerifiedEmail?: boolean;
  signIn?: { resolvers?: GroupOptions[] };
}

/** What Backstage asks for in any case. */
const STANDARD_SCOPES = ["openid", "profile", "email"];
const UNITS: Record<string, number> = { minutes: 1, hours: 60, days: 1440, weeks: 10080 };

/** Reads an overlay; undefined where there is none, or only an update will tell. */
export function readOverlay(text: unknown): Overlay | undefined {
  if (typeof text !== "string" || text.includes(UNKNOWN)) return undefined;
  const { auth, catalog } = configOf(text);
  const section = auth?.providers?.okta?.[auth.environment ?? ""];
  const { callbackUrl, metadataUrl, additionalScopes = [], sessionDuration, signIn } = section ?? {};
  return {
    text,
    complete: section !== undefined,
    pkce: metadataUrl !== undefined,
    callbackUrl,
    metadataUrl,
    scopes: [...STANDARD_SCOPES, ...additionalScopes],
    resolvers: (signIn?.resolvers ?? []).map((resolver) => JSON.stringify(withoutKeptNames(resolver))),
    sessionMinutes: sessionDuration && minutes(sessionDuration),
    verifiedEmail: section?.requireVerifiedEmail !== false,
    catalog: selectionOf(catalog?.providers?.okta?.[0]),
  };
}

function configOf(text: string): Config {
  try {
    const config = parse(text) as Config | null;
    return typeof config === "object" ? (config ?? {}) : {};
  } catch (error) {
    // Broken by hand, as somebody edited the ConfigMap.
    if (error instanceof YAMLParseError) return {};
    throw error;
  }
}

/** What of an entry of the catalog's decides who is read, and under which name. */
function selectionOf(entry: CatalogEntry | undefined): string | undefined {
  if (!entry) return undefined;
  const { orgUrl, groups, groupFilter, userFilter, namespace, naming } = entry;
  const names = { ...naming, groups: withoutKeptNames(naming?.groups ?? {}) };
  return JSON.stringify({ orgUrl, groups, groupFilter, userFilter, namespace, naming: names });
}

/** Without what of a mapping says no more than the rule does: it keeps a name for its group, and gives nobody more. */
function withoutKeptNames({ mapping = {}, ...options }: GroupOptions): GroupOptions {
  const rule = { lowerCase: true, slug: false, ...options, mapping: {} };
  const others = Object.entries(mapping).filter(([group, name]) => groupName(group, rule) !== name);
  return { ...options, ...(others.length > 0 && { mapping: Object.fromEntries(others) }) };
}

const minutes = (duration: Record<string, number>): number =>
  Object.entries(duration).reduce((sum, [unit, count]) => sum + count * (UNITS[unit] ?? 0), 0);
