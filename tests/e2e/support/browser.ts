import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const VIEWPORT = { width: 1280, height: 720 };

/** A person with a browser of their own: no cookie is shared with another one. */
export class Person {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly end: () => Promise<void>,
  ) {}

  static async withBrowser(): Promise<Person> {
    if (!existsSync(CHROMIUM)) {
      throw new Error(
        `There is no ${CHROMIUM}: install Debian's package chromium, or set CHROMIUM to a browser's path`,
      );
    }
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new Person(browser, await browser.newPage({ viewport: VIEWPORT }), () => browser.close());
  }

  /** Somebody else, for whom the same program is another browser: it starts once for both. */
  async somebodyElse(): Promise<Person> {
    const context = await this.browser.newContext({ viewport: VIEWPORT });
    return new Person(this.browser, await context.newPage(), () => context.close());
  }

  /** Opens the portal's sign-in page. */
  async open(portalUrl: string): Promise<void> {
    await this.page.goto(portalUrl);
    await this.signInButton.waitFor();
  }

  get signInButton() {
    return this.page.getByRole("button", { name: "Sign in" });
  }

  /** Clicks Okta's sign-in, and gives the window that opens, at Okta's page. */
  async clickOkta(): Promise<Page> {
    const [popup] = await Promise.all([this.page.waitForEvent("popup"), this.signInButton.click()]);
    return popup;
  }

  /** Types user name and password at Okta, as one of the seeded users. */
  async typeCredentials(popup: Page, name: string): Promise<void> {
    await popup.locator("[name=username]").fill(`${name}@example.com`);
    await popup.locator("[name=password]").fill(`${name}-password`);
    await popup.locator("[type=submit]").click();
  }

  /** Signs in from the sign-in page, and waits until the portal shows itself. */
  async signIn(name: string): Promise<void> {
    await this.typeCredentials(await this.clickOkta(), name);
    await this.signedIn();
  }

  /** Waits until the portal shows its navigation, which it does for those alone who are signed in. */
  async signedIn(): Promise<void> {
    await this.page.getByRole("link", { name: "Settings" }).first().waitFor();
  }

  /** What the portal's settings page says the person is and owns through, as paths of entities' pages. */
  async identity(): Promise<string[]> {
    await this.page.getByRole("link", { name: "Settings" }).first().click();
    const card = this.page.locator("[class*=InfoCard], [class*=Card-root]", { hasText: "Backstage Identity" });
    // The user twice, first as the user entity and then among those that own.
    await card.getByText("Ownership Entities").waitFor();
    const links = await card.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    return [...new Set(links)];
  }

  /** Asks for the session as the portal's page does when it is loaded. */
  async refresh(): Promise<{ status: number; idToken?: string }> {
    return this.page.evaluate(async () => {
      const headers = { "X-Requested-With": "XMLHttpRequest" };
      const answer = await fetch("/api/auth/okta/refresh?env=production", { method: "POST", headers });
      const body = (await answer.json()) as { providerInfo?: { idToken: string } };
      return { status: answer.status, idToken: body.providerInfo?.idToken };
    });
  }

  async signOut(): Promise<void> {
    await this.page.getByTestId("user-settings-menu").click();
    await this.page.getByTestId("sign-out").click();
    await this.signInButton.waitFor();
  }

  /** Keeps a picture of a page in the folder that SCREENSHOTS names, if any: so the README's are made. */
  async picture(name: string, page = this.page): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
  }

  async close(): Promise<void> {
    await this.end();
  }
}
