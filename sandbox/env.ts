import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { committedAddresses } from "./engine/config";
import { pulumiHome } from "./engine/plugins";
import { kubeconfigFile } from "./kubernetes/controlPlane";
import type { State } from "./pieces/state";

/** What a program needs to work against a sandbox: variables to set or, where undefined, to take away. */
export type Environment = Record<string, string | undefined>;

/** What the local Okta writes for its clients. */
interface Credentials {
  apiToken: string;
  clientId: string;
  privateKeyId: string;
  /** PEM, PKCS #8 */
  privateKey: string;
  scopes: string[];
}

/** The local Okta's own address; it is the issuer of its org authorization server too. */
export function oktaUrl(state: State): string {
  return `http://127.0.0.1:${state.settings.oktaPort}`;
}

/** Where a browser finds the portal, if the sandbox has one. */
export function portalUrl(state: State): string | undefined {
  const { portalPort } = state.settings;
  return portalPort === undefined ? undefined : `http://127.0.0.1:${portalPort}`;
}

/** The local Okta's Unix socket, for pods, in a folder that they can mount. */
export const oktaSocket = (state: State) => state.path("okta-socket", "okta.sock");

/** The folder of the programs that were built for the sandbox. */
export const binFolder = (state: State) => state.path("bin");

/**
 * The environment of plain `pulumi`, `kubectl` and so on against this sandbox.
 *
 * @param oauth2 give the Okta provider the service app's private key instead of an API token
 */
export function environment(state: State, { oauth2 = false } = {}): Environment {
  const credentials = JSON.parse(readFileSync(state.path("okta", "credentials.json"), "utf8")) as Credentials;
  const committed = committedAddresses();
  const ownPortal = portalUrl(state) !== undefined && portalUrl(state) !== committed.portalUrl;
  const ownConfig = oktaUrl(state) !== committed.oktaUrl || ownPortal;
  return {
    PATH: `${binFolder(state)}:${process.env.PATH}`,
    KUBECONFIG: state.settings.kubeconfig ?? kubeconfigFile(state),
    KUBECACHEDIR: state.path("kubernetes", "cache"),
    PULUMI_HOME: pulumiHome(state),
    // The metadata beside a state's file is not written in one step: an engine that is killed just then leaves a stack that
    // no command can load.
    PULUMI_BACKEND_URL: `${pathToFileURL(state.path("pulumi-state")).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine takes a default for each of its flags from a variable of this form.
    PULUMI_OPTION_CONFIG_FILE: ownConfig ? state.path("Pulumi.local.yaml") : undefined,
    OKTA_ORG_NAME: "sandbox",
    OKTA_BASE_URL: "okta.localhost",
    OKTA_HTTP_PROXY: oktaUrl(state),
    OKTA_ACCESS_TOKEN: undefined,
    OKTA_API_TOKEN: oauth2 ? undefined : credentials.apiToken,
    OKTA_API_CLIENT_ID: oauth2 ? credentials.clientId : undefined,
    OKTA_API_PRIVATE_KEY: oauth2 ? credentials.privateKey : undefined,
    OKTA_API_PRIVATE_KEY_ID: oauth2 ? credentials.privateKeyId : undefined,
    OKTA_API_SCOPES: oauth2 ? credentials.scopes.join(",") : undefined,
  };
}

/** The environment as commands for a POSIX shell to evaluate; its own PATH goes on behind the sandbox's programs. */
export function shellExports(variables: Environment, bin: string): string {
  const quote = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  const others = Object.entries(variables)
    .filter(([name]) => name !== "PATH")
    .map(([name, value]) => (value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`));
  return [`export PATH=${quote(bin)}:"$PATH"`, ...others].join("\n");
}
