/** The steps of a path as the engine writes it: `redirectUris[0]`, `metadata.name`, `data["app-config.okta.yaml"]`. */
function pathSteps(path: string): (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, key, index, name]) =>
    key !== undefined ? key.replaceAll(/\\(.)/g, "$1") : index !== undefined ? Number(index) : (name as string),
  );
}

/** What stands at a path of a resource's properties; undefined where nothing does. */
export function valueAt(properties: unknown, path: string): unknown {
  return pathSteps(path).reduce(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    properties,
  );
}
