import type { Props } from "../contract";
import { parse } from "../schema";
import { APP, appFields } from "./appFields";
import { DEFAULT_GRANT_TYPES, defaultResponseTypes } from "./appRules";
import { bodyOf, putAt, type Json } from "./fields";

/**
 * The app as Okta's API takes it.
 *
 * @param outputs of the app that is to be replaced; undefined for a new one
 */
export function appBody(inputs: Props, outputs: Props | undefined): Json {
  const grantTypes =
    given(inputs.grantTypes) ?? given(outputs?.grantTypes) ?? DEFAULT_GRANT_TYPES[inputs.type as string] ?? [];
  const values = {
    ...inputs,
    clientId: inputs.clientId ?? outputs?.clientId,
    pkceRequired: pkceRequired(inputs, outputs),
    grantTypes,
    responseTypes: given(inputs.responseTypes) ?? given(outputs?.responseTypes) ?? defaultResponseTypes(grantTypes),
  };
  const body = bodyOf(appFields, values, APP);
  const secret = clientSecret(inputs, outputs);
  if (secret) putAt(body, "credentials.oauthClient.client_secret", secret);
  const settings = body.settings as { oauthClient: Json };
  if (!grantTypes.includes("refresh_token")) delete settings.oauthClient.refresh_token;
  Object.assign(settings, inputs.appSettingsJson ? parse(inputs.appSettingsJson as string) : {});
  return body;
}

/** A list that is there and has something in it. */
function given(list: unknown): string[] | undefined {
  return Array.isArray(list) && list.length > 0 ? (list as string[]) : undefined;
}

/** The Pulumi program's own secret, or else the one that Okta made, which an update would otherwise leave to chance. */
function clientSecret(inputs: Props, outputs: Props | undefined): unknown {
  const own = inputs.clientBasicSecretWo ?? inputs.clientBasicSecret;
  return own ?? (inputs.omitSecret ? undefined : outputs?.clientSecret);
}

function pkceRequired(inputs: Props, outputs: Props | undefined): unknown {
  if (inputs.pkceRequired !== undefined) return inputs.pkceRequired;
  const publicApp = outputs === undefined && ["native", "browser"].includes(inputs.type as string);
  return inputs.tokenEndpointAuthMethod === "none" || publicApp;
}
