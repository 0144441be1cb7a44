import type { ImportOptions, Stack } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/okta/package.json";
import { copyFileSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../command";
import { EVER, pastLock } from "../engine";
import { TYPES } from "../resourceTypes";
import { openIn } from "../rollback/config";
import { engineError, stackName } from "../stack";
import type { FoundServer } from "./server";

/** What goes under management: an app, its groups where all of them are the stack's, and an authorization server. */
export interface Wanted {
  appId: string;
  allAssignments: boolean;
  server?: FoundServer;
}

/** What `pulumi import` takes. */
export type Imports = Required<Pick<ImportOptions, "resources" | "nameTable">>;

/** What index.ts calls the component and everything in it. */
export const COMPONENT_NAME = "backstage";
/** The component that makes the app. */
export const APP = "backstage-okta-sso:index:OidcApp";
const SERVER = "backstage-okta-sso:index:AuthorizationServer";

/**
 * The imports that put what was made by hand where the program has it. What is in the state already is left out, so that
 * an adoption which was stopped goes on.
 *
 * @param prefix of each URN of the stack, such as `urn:pulumi:dev::backstage-okta-sso::`
 * @param urns what the state has
 */
export function importsOf({ appId, allAssignments, server }: Wanted, prefix: string, urns: string[]): Imports {
  const imports: Imports = { resources: [], nameTable: {} };
  const component = (types: string[]) => {
    const type = types.join("$");
    const urn = `${prefix}${type}::${COMPONENT_NAME}`;
    if (urns.includes(urn)) imports.nameTable[type] = urn;
    else if (!imports.resources.some(({ name }) => name === type)) {
      const parent = types.slice(0, -1).join("$");
      imports.resources.push({
        type: types.at(-1)!,
        name: type,
        logicalName: COMPONENT_NAME,
        component: true,
        ...(parent && { parent }),
      });
    }
    return type;
  };
  const resource = (within: string, type: string, id: string | undefined) => {
    const path = `${TYPES.component}$${within}$${type}`;
    if (id === undefined || urns.includes(`${prefix}${path}::${COMPONENT_NAME}`)) return;
    component([TYPES.component]);
    const parent = component([TYPES.component, within]);
    // The names of parents and children have to differ here; the program has one name for all.
    imports.resources.push({ type, name: path, logicalName: COMPONENT_NAME, id, parent, version });
  };

  resource(APP, TYPES.app, appId);
  if (allAssignments) resource(APP, TYPES.assignments, appId);
  if (server) {
    const { id, scope, claim, policy, rule } = server;
    const within = (...ids: (string | undefined)[]) => (ids.includes(undefined) ? undefined : [id, ...ids].join("/"));
    resource(SERVER, TYPES.server, id);
    resource(SERVER, TYPES.scope, within(scope));
    resource(SERVER, TYPES.claim, within(claim));
    resource(SERVER, TYPES.policy, within(policy));
    resource(SERVER, TYPES.rule, within(policy, rule));
  }
  return imports;
}

/**
 * Does the imports, all or none.
 *
 * @param configFile the file with the stack's config. The engine's import knows no other than the one beside the project
 * @throws CommandError with the engine's reason
 */
export async function runImport(
  stack: Pick<Stack, "name" | "workspace">,
  configFile: string,
  { resources, nameTable }: Imports,
): Promise<void> {
  if (resources.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "backstage-okta-sso-import-"));
  try {
    const own = join(folder, `Pulumi.${stackName(stack.name).stack}.yaml`);
    copyFileSync(join(stack.workspace.workDir, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    copyFileSync(configFile, own);
    const there = await openIn(folder, stack, own);
    const options = { command: "adoption", killedSince: EVER, onProgress: () => undefined };
    await pastLock(there, options, () => there.import({ resources, nameTable, generateCode: false }));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the import failed: ${engineError(error)}`, 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
