import { resourceName, type StepEventMetadata, UNKNOWN } from "../preview";
import { TYPES } from "../resourceTypes";
import type { OktaManagement } from "./management";

/** An object of Okta's that has the name of one that an update would make, so that Okta refuses to make another. */
export interface InTheWay {
  /** The resource that an update would make. */
  resource: string;
  urn: string;
  type: string;
  parent: string;
  /** What `pulumi import` takes it up by. */
  importId: string;
  /** Where Okta's management API has it. */
  path: string;
}

interface Named {
  id: string;
  name?: string;
  credentials?: { oauthClient?: { client_id?: string } };
}

interface Collection {
  path: string;
  isSame: (other: Named) => boolean;
  importId: (id: string) => string;
}

/**
 * Finds in Okta what is in the way of a stack's update: most often what an update of its own made, of which the answer was
 * lost.
 *
 * @param steps what an update would do
 */
export async function findInTheWay(okta: OktaManagement, steps: StepEventMetadata[]): Promise<InTheWay[]> {
  const found: InTheWay[] = [];
  for (const { op, type, urn, new: planned } of steps) {
    const collection = op === "create" && planned ? collectionOf(type, planned.inputs) : undefined;
    if (!planned || !collection) continue;
    const { path, isSame, importId } = collection;
    const other = (await okta.list<Named>(path)).find(isSame);
    if (!other) continue;
    const place = `${path.split("?")[0]}/${other.id}`;
    found.push({
      resource: resourceName(urn),
      urn,
      type,
      parent: planned.parent,
      importId: importId(other.id),
      path: place,
    });
  }
  return found;
}

/** Where Okta keeps objects of a type, and which of them it takes for the same; undefined for what may be there twice. */
function collectionOf(type: string, inputs: Record<string, unknown>): Collection | undefined {
  const [name, server, policy] = [inputs.name, inputs.authServerId, inputs.policyId].map(String);
  const servers = "/api/v1/authorizationServers";
  const named = (path: string, ...parents: (string | undefined)[]): Collection | undefined =>
    parents.includes(UNKNOWN)
      ? undefined
      : { path, isSame: (other) => other.name === name, importId: (id) => [...parents, id].join("/") };
  switch (type) {
    case TYPES.app:
      return {
        path: `/api/v1/apps?q=${encodeURIComponent(String(inputs.label))}`,
        isSame: ({ credentials }) => credentials?.oauthClient?.client_id === inputs.clientId,
        importId: (id) => id,
      };
    case TYPES.server:
      return named(`${servers}?q=${encodeURIComponent(name ?? "")}`);
    case TYPES.scope:
      return named(`${servers}/${server}/scopes`, server);
    case TYPES.claim:
      return named(`${servers}/${server}/claims`, server);
    case TYPES.policy:
      return named(`${servers}/${server}/policies`, server);
    case TYPES.rule:
      return named(`${servers}/${server}/policies/${policy}/rules`, server, policy);
    default:
      return undefined;
  }
}
