/** An OAuth 2.0 error response (RFC 6749, 4.1.2.1 and 5.2). */
export interface OAuthError {
  error: string;
  error_description: string;
}

/** The sign-in page. Its form is sent to the address that the page came from. */
export function signInPage({ label, username, failed }: { label: string; username: string; failed: boolean }): string {
  return page(
    "Sign In",
    `<h1>Sign In</h1>
    <p>to continue to ${escape(label)}</p>
    ${failed ? `<p role="alert">Unable to sign in</p>` : ""}
    <form method="post">
      <label for="username">Username</label>
      <input id="username" name="username" value="${escape(username)}" autocomplete="username" required autofocus>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <button type="submit">Sign in</button>
    </form>`,
  );
}

/** What a person sees when an error can not be sent back to the app. */
export function errorPage(status: number, { error, error_description }: OAuthError): string {
  return page(
    `${status} Error`,
    `<h1>${status}</h1>
    <p>Your request resulted in an error.</p>
    <dl>
      <dt>Error Code</dt><dd>${escape(error)}</dd>
      <dt>Description</dt><dd>${escape(error_description)}</dd>
    </dl>`,
  );
}

/** What a person sees after signing out without a way back to an app. */
export function signedOutPage(): string {
  return page("Signed out", "<h1>Signed out</h1><p>You have signed out of this org.</p>");
}

function page(title: string, main: string): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} - Local Okta</title>
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f4f4f4; color: #1d1d21 }
      main { max-width: 22rem; margin: 10vh auto; padding: 2rem; background: #fff; border: 1px solid #c1c1c8 }
      label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
      label { margin-top: 1rem }
      input, button { padding: .5rem }
      button { margin-top: 1.5rem; border: 0; background: #1662dd; color: #fff; cursor: pointer }
      [role="alert"] { color: #b3261e }
      dd { margin: 0 0 1rem; overflow-wrap: anywhere }
    </style>
  </head>
  <body>
    <main>
    ${main}
    </main>
  </body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
