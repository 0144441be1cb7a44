import { join } from "node:path";
import type { configKeys } from "../../components/configSchema";
import type { Config } from "../rollback/history";
import { type Stack, stackName } from "../stack";

export const NAMESPACE = "backstage-okta-sso:";

/** The value of a key of this project, as text; the project's own default where the stack's file has none. */
export const valueOf = (config: Config, key: keyof typeof configKeys): string => config[NAMESPACE + key]?.value ?? "";

/** The file with the stack's config, as the engine finds it. */
export function stackFile({ name, workspace }: Stack): string {
  return process.env.PULUMI_OPTION_CONFIG_FILE ?? join(workspace.workDir, `Pulumi.${stackName(name).stack}.yaml`);
}
