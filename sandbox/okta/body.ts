import { text } from "co-body";
import type { Context } from "koa";

const LIMIT = "1mb";

/**
 * The JSON body of a request, whatever type it says it has; undefined where there is none.
 * @param reviver as `JSON.parse` takes it
 * @throws SyntaxError
 */
export async function readJson(ctx: Context, reviver?: (key: string, value: unknown) => unknown): Promise<unknown> {
  const body = (await text(ctx, { limit: LIMIT })) as string;
  return body === "" ? undefined : (JSON.parse(body, reviver) as unknown);
}

/** The body of a request as `application/x-www-form-urlencoded`. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  return new URLSearchParams((await text(ctx, { limit: LIMIT })) as string);
}
