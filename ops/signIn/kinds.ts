/** What a change can do to people who sign in, by the name that `--allow` takes. */
export const KINDS = {
  "sign-in-breaks": "nobody can sign in any more",
  "app-replaced": "the OIDC app is replaced or deleted",
  "client-id-changed": "the client ID changes",
  "issuer-changed": "another issuer's tokens are trusted",
  "redirect-uri-removed": "a redirect URI is removed",
  "group-removed": "a group loses access, or its name its place in the tokens",
  "tokens-refused": "another client, or another way to get tokens, is cut off",
  "access-widened": "more people, addresses, scopes or groups than before",
  "protection-weakened": "a safeguard is taken off, or sessions last longer",
  "sessions-end": "sessions end, or end sooner",
  "portal-restart": "the portal restarts",
} as const;

export type Kind = keyof typeof KINDS;

/** One thing that a change does to people. */
export interface Disruption {
  kind: Kind;
  /** What happens to whom, in one sentence of plain text; values from elsewhere are between backquotes. */
  message: string;
}
