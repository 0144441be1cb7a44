import { isDeepStrictEqual } from "node:util";
import type { V1EnvVar } from "@kubernetes/client-node";
import { parse } from "yaml";

type Config = Record<string, unknown>;

/** Backstage reads each variable with this in front as config that wins over every file. */
const PREFIX = "APP_CONFIG_";

/**
 * The keys by which a later layer of Backstage's config takes away what the overlay says: Backstage merges objects, and
 * replaces everything else.
 *
 * @param environment what the layer adds under `auth.providers.okta` for it counts too
 * @returns paths such as `auth.environment`
 */
export function takenAway(overlay: unknown, layer: unknown, environment: string): string[] {
  const own = `auth.providers.okta.${environment}.`;
  const visit = (below: unknown, above: unknown, path: string): string[] => {
    if (isObject(above) && isObject(below)) {
      return Object.entries(above).flatMap(([key, value]) => visit(below[key], value, path ? `${path}.${key}` : key));
    }
    if (below === undefined) return path.startsWith(own) ? [path] : [];
    return isDeepStrictEqual(below, above) ? [] : [path];
  };
  return visit(overlay, layer, "");
}

/** The config of a file as text. */
export function fileLayer(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // Backstage would not start with it, which other checks tell.
    return {};
  }
}

/** The config that a container's variable stands for; undefined where it is none, or its value is not in the Deployment. */
export function variableLayer({ name, value }: V1EnvVar): unknown {
  if (!name.startsWith(PREFIX) || value === undefined) return undefined;
  return name
    .slice(PREFIX.length)
    .split("_")
    .reduceRight<unknown>((below, key) => ({ [key]: below }), parsed(value));
}

/** Whether a container's variable is config for sign-in, whatever its value. */
export const isAuthVariable = ({ name }: V1EnvVar) => /^APP_CONFIG_auth(_|$)/.test(name);

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const isObject = (value: unknown): value is Config =>
  typeof value === "object" && value !== null && !Array.isArray(value);
