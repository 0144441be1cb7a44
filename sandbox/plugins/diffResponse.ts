import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { Change, Diff } from "./contract";

const { Kind } = PropertyDiff;
const KINDS = {
  add: { inPlace: Kind.ADD, replaces: Kind.ADD_REPLACE },
  update: { inPlace: Kind.UPDATE, replaces: Kind.UPDATE_REPLACE },
  delete: { inPlace: Kind.DELETE, replaces: Kind.DELETE_REPLACE },
};

export function diffResponse({ changes, deleteBeforeReplace = false }: Diff): DiffResponse {
  const { DiffChanges } = DiffResponse;
  const response = new DiffResponse()
    .setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setDiffsList(properties(changes))
    .setReplacesList(properties(changes.filter(({ replaces }) => replaces)))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces, ofInputs = false } of changes) {
    const detail = new PropertyDiff().setKind(KINDS[kind][replaces ? "replaces" : "inPlace"]).setInputdiff(ofInputs);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** The top-level properties that the changes are of. */
function properties(changes: Change[]): string[] {
  return [...new Set(changes.map(({ path }) => path.split(/[.[]/)[0] as string))].sort();
}
