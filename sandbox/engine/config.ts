import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { CHECKOUT, writeWhole, type State } from "../state";

const OKTA_URL = ["config", "backstage-okta-sso:oktaUrl"];

/** The address of Okta in the committed Pulumi.local.yaml, such as http://127.0.0.1:4080. */
export function committedOktaUrl(): string {
  return String(parseDocument(readFileSync(join(CHECKOUT, "Pulumi.local.yaml"), "utf8")).getIn(OKTA_URL));
}

/**
 * Writes the checkout's Pulumi.STACK.yaml files into the state folder, with the local Okta's address as `oktaUrl` and
 * everything else as it is, so that any stack can be brought up in the sandbox; and Pulumi.yaml, so that a stack can be
 * made there: the engine writes a new stack's salt beside the project file, which in the checkout is a committed file.
 */
export function writeStackConfigs(state: State, oktaUrl: string): void {
  writeWhole(state.path("Pulumi.yaml"), readFileSync(join(CHECKOUT, "Pulumi.yaml"), "utf8"));
  for (const name of readdirSync(CHECKOUT).filter((file) => /^Pulumi\..+\.yaml$/.test(file))) {
    const config = readFileSync(join(CHECKOUT, name), "utf8");
    const path = state.path(name);
    writeWhole(path, withOktaUrl(config, oktaUrl, existsSync(path) ? readFileSync(path, "utf8") : undefined));
  }
}

/**
 * @param config the text of a stack's configuration
 * @param previous what was made of it before: the engine adds the salt of the stack's passphrase to the file that it
 *   is given, and the stack's secrets depend on it
 */
export function withOktaUrl(config: string, oktaUrl: string, previous?: string): string {
  const document = parseDocument(config);
  document.setIn(OKTA_URL, oktaUrl);
  const salt = previous === undefined ? undefined : parseDocument(previous).get("encryptionsalt");
  if (salt !== undefined) document.set("encryptionsalt", salt);
  return document.toString();
}
