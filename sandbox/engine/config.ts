import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { CHECKOUT, writeWhole, type State } from "../pieces/state";

/** Where Okta and the portal are: config values that a sandbox sets to addresses of its own. */
export interface ConfigAddresses {
  oktaUrl?: string;
  portalUrl?: string;
}

/** A stack as its committed Pulumi.STACK.yaml describes it, as far as it is read here. */
export interface CommittedStack {
  name: string;
  oktaUrl: string;
  portalUrl: string;
  namespace: string;
}

const path = (key: string) => ["config", `backstage-okta-sso:${key}`];

/** The stacks whose config is in the checkout. */
export function committedStacks(): CommittedStack[] {
  return readdirSync(CHECKOUT).flatMap((file) => {
    const [, name] = /^Pulumi\.(.+)\.yaml$/.exec(file) ?? [];
    if (!name) return [];
    const document = parseDocument(readFileSync(join(CHECKOUT, file), "utf8"));
    const value = (key: string, byDefault = "") => (document.getIn(path(key)) as string | undefined) ?? byDefault;
    return {
      name,
      oktaUrl: value("oktaUrl"),
      portalUrl: value("portalUrl"),
      namespace: value("namespace", "backstage"),
    };
  });
}

/** The stack whose Okta and portal are on this machine. */
export const LOCAL_STACK = "local";

/** The addresses in the committed Pulumi.local.yaml, such as http://127.0.0.1:4080 for Okta. */
export function committedAddresses(): Required<ConfigAddresses> {
  return committedStacks().find(({ name }) => name === LOCAL_STACK)!;
}

/**
 * Writes the checkout's Pulumi.STACK.yaml files into the state folder, with the local Okta's address as `oktaUrl`, the
 * portal's in that of the stack `local`, and everything else as it is, so that any stack can be brought up in the
 * sandbox; and Pulumi.yaml, so that a stack can be made there: the engine writes a new stack's salt beside the project
 * file, which in the checkout is a committed file.
 */
export function writeStackConfigs(state: State, { oktaUrl, portalUrl }: ConfigAddresses): void {
  writeWhole(state.path("Pulumi.yaml"), readFileSync(join(CHECKOUT, "Pulumi.yaml"), "utf8"));
  for (const { name } of committedStacks()) {
    const file = `Pulumi.${name}.yaml`;
    const config = readFileSync(join(CHECKOUT, file), "utf8");
    const previous = existsSync(state.path(file)) ? readFileSync(state.path(file), "utf8") : undefined;
    const addresses = name === LOCAL_STACK ? { oktaUrl, portalUrl } : { oktaUrl };
    writeWhole(state.path(file), withAddresses(config, addresses, previous));
  }
}

/**
 * @param config the text of a stack's configuration
 * @param addresses those that are undefined stay as they are
 * @param previous what was made of it before: the engine adds the salt of the stack's passphrase to the file that it
 *   is given, and the stack's secrets depend on it
 */
export function withAddresses(config: string, addresses: ConfigAddresses, previous?: string): string {
  const document = parseDocument(config);
  for (const [key, value] of Object.entries(addresses)) if (value !== undefined) document.setIn(path(key), value);
  const salt = previous === undefined ? undefined : parseDocument(previous).get("encryptionsalt");
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return document.toString();
}
