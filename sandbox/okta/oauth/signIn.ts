import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import { select, type Store, type User } from "../store";
import { findApp } from "./clients";
import { readForm } from "./form";
import { errors } from "./library";
import { errorPage, signInPage } from "./pages";

/** Shows the sign-in page of an authorization request that waits for it, and takes its form. */
export async function signIn(store: Store, provider: Provider, req: IncomingMessage, res: ServerResponse) {
  try {
    const { params } = await provider.interactionDetails(req, res);
    const form = req.method === "POST" ? await readForm(req) : undefined;
    const username = form?.get("username") ?? (params.login_hint as string | undefined) ?? "";
    const user = form && findUser(store, username);
    if (user && user.password === form.get("password")) {
      const login = { accountId: user.id, amr: ["pwd"] };
      await provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false });
      return;
    }
    const label = findApp(store, params.client_id as string)?.label ?? "";
    sendPage(res, form ? 401 : 200, signInPage({ label, username, failed: form !== undefined }));
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    const error_description = "This sign-in has ended or expired. Go back to the application and begin again.";
    sendPage(res, 400, errorPage(400, { error: "invalid_request", error_description }));
  }
}

function findUser(store: Store, login: string): User | undefined {
  const [user] = select(store.users, ({ status, profile }) => status === "ACTIVE" && profile.login === login);
  return user;
}

function sendPage(res: ServerResponse, status: number, html: string): void {
  res.writeHead(status, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" }).end(html);
}
