import type { Context } from "koa";
import type { Provider } from "oidc-provider";
import { readForm } from "../body";
import type { User } from "../model/org";
import { select, type Store } from "../store";
import { findApp } from "./clients";
import { errors } from "./library";
import { errorPage, signInPage } from "./pages";

/** Shows the sign-in page of an authorization request that waits for it, and takes its form. */
export async function signIn(store: Store, provider: Provider, ctx: Context): Promise<void> {
  ctx.set("Cache-Control", "no-store");
  try {
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const form = ctx.method === "POST" ? await readForm(ctx) : undefined;
    const username = form?.get("username") ?? (params.login_hint as string | undefined) ?? "";
    const user = form && findUser(store, username);
    if (user && user.password === form.get("password")) {
      const login = { accountId: user.id, amr: ["pwd"] };
      const options = { mergeWithLastSubmission: false };
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }, options));
      return;
    }
    const label = findApp(store, params.client_id as string)?.label ?? "";
    ctx.status = form ? 401 : 200;
    ctx.body = signInPage({ label, username, failed: form !== undefined });
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    const error_description = "This sign-in has ended or expired. Go back to the application and begin again.";
    ctx.status = 400;
    ctx.body = errorPage(400, { error: "invalid_request", error_description });
  }
}

function findUser(store: Store, login: string): User | undefined {
  const [user] = select(store.users, ({ status, profile }) => status === "ACTIVE" && profile.login === login);
  return user;
}
