/** The cookies of one browser, by name. */
export type Cookies = Map<string, string>;

const MAX_REQUESTS = 10;

/**
 * Signs in as a person with a browser does: from the authorization request over the sign-in page, unless the browser has
 * a session already, to the way back to the app.
 *
 * @param cookies of a browser that is used more than once
 * @returns the URL that the browser was sent back to, with a code or an error in it
 * @throws Error with the text of the page, when the way ends there
 */
export async function signIn(
  authorizeUrl: URL | string,
  login: string,
  password: string,
  cookies: Cookies = new Map(),
): Promise<URL> {
  const redirectUri = new URL(authorizeUrl).searchParams.get("redirect_uri") ?? "";
  let url = new URL(authorizeUrl);
  let form: URLSearchParams | undefined;
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const response = await request(url, cookies, form);
    const location = response.headers.get("location");
    const page = await response.text();
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.replace(/[?#].*/, "") === redirectUri.replace(/[?#].*/, "")) return url;
    } else if (response.ok && page.includes('name="password"')) {
      form = new URLSearchParams({ username: login, password });
    } else {
      throw new Error(textOf(page));
    }
  }
  throw new Error(`The sign-in did not end within ${MAX_REQUESTS} requests; it was last at ${url.href}`);
}

/** Requests a page with the cookies of a browser, which are kept up to date; redirects are not followed. */
export async function request(url: URL, cookies: Cookies, form?: URLSearchParams): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const method = form ? "POST" : "GET";
  const response = await fetch(url, { method, body: form, headers: { cookie }, redirect: "manual" });
  for (const line of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const [, expires] = /expires=([^;]+)/i.exec(line) ?? [];
    if (expires !== undefined && Date.parse(expires) < Date.now()) cookies.delete(name);
    else cookies.set(name, value);
  }
  return response;
}

/** What a person reads on a page. */
export function textOf(page: string): string {
  return page
    .replace(/<(style|title)>[^]*?<\/\1>|<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ")
    .trim();
}
