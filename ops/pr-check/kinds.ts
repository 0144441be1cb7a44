/** What a change can do to people who sign in, by the name that `--allow` takes. */
export const KINDS = {
  "app-replaced": "the OIDC app is replaced or deleted",
  "client-id-changed": "the client ID changes",
  "redirect-uri-removed": "a redirect URI is removed",
  "group-removed": "a group loses access",
  "sessions-end": "sessions end, or end sooner",
  "portal-restart": "the portal restarts",
} as const;

export type Kind = keyof typeof KINDS;
