import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { Props } from "./properties";
import type { Diff } from "./server";

/** A diff as the engine takes it: each path with whether it is added, deleted or updated, and whether that replaces. */
export function diffResponse(diff: Diff, oldInputs: Props, newInputs: Props): DiffResponse {
  const { DiffChanges } = DiffResponse;
  const { Kind } = PropertyDiff;
  const replaces = diff.replaces ?? [];
  const changed = [...new Set([...diff.changed, ...replaces])];
  const response = new DiffResponse()
    .setChanges(changed.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setDiffsList([...new Set(changed.map((path) => path.split(/[.[]/)[0] as string))])
    .setReplacesList(replaces)
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false)
    .setHasdetaileddiff(true);
  for (const path of changed) {
    const replace = replaces.includes(path);
    const was = at(oldInputs, path) !== undefined;
    const is = at(newInputs, path) !== undefined;
    let kind = replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
    if (is && !was) kind = replace ? Kind.ADD_REPLACE : Kind.ADD;
    if (was && !is) kind = replace ? Kind.DELETE_REPLACE : Kind.DELETE;
    response.getDetaileddiffMap().set(path, new PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}

/** The value at a property path such as `spec.rules[0]` or `metadata.annotations["a.b/c"]`, or undefined. */
function at(props: Props, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name,
  );
  return keys.reduce<unknown>((value, key) => (value as Props | undefined | null)?.[key as string], props);
}
