import type { AuthorizationServer } from "./model/authorizationServer";
import type { Domain } from "./model/org";
import { select, type Store } from "./store";

/**
 * The origins under which the org answers: its own URL, and its verified custom domains at the same port. Of these,
 * `localhost` leads to this machine; another one does where a test's resolver says so.
 */
export class OrgAddresses {
  constructor(
    private readonly store: Store,
    /** Where this process serves, by number and without a trailing slash: the org's URL. */
    readonly url: string,
    /** The address at which clients with a proxy in between believe to reach the org. */
    private readonly orgUrl: string,
  ) {}

  /** The origin that a request asked, by its Host header. A name that the org does not know, such as a proxy's, is its own. */
  askedBy(host: string | undefined): string {
    const name = host?.replace(/:\d+$/, "").toLowerCase();
    return this.customUrls().find((origin) => new URL(origin).hostname === name) ?? this.url;
  }

  /** The issuer of a custom authorization server, as it answers at an origin. */
  issuerOf({ id, issuerMode }: Pick<AuthorizationServer, "id" | "issuerMode">, asked: string): string {
    const [custom, ...others] = this.customUrls();
    // With two custom domains Okta does not know which, as its customers report, and names the org's URL.
    const customUrl = custom !== undefined && others.length === 0 ? custom : this.url;
    return `${{ ORG_URL: this.url, CUSTOM_URL: customUrl, DYNAMIC: asked }[issuerMode]}/oauth2/${id}`;
  }

  /** What a client may call an endpoint of the org in the audience of its assertions. */
  namesOf(path: string): string[] {
    const custom = this.customUrls();
    const behindProxy = custom.map((origin) => `https://${new URL(origin).hostname}`);
    return [this.url, this.orgUrl, ...custom, ...behindProxy].map((origin) => origin + path);
  }

  private customUrls(): string[] {
    const { port } = new URL(this.url);
    return select(this.store.domains, isVerified).map(({ domain }) => `http://${domain}:${port}`);
  }
}

export function isVerified({ validationStatus }: Domain): boolean {
  return validationStatus === "VERIFIED";
}
