import { CompactEncrypt, EncryptJWT } from "jose";
import { hkdfSync } from "node:crypto";
import { isSealed, TokenSeal } from "../../../backstage/auth/src/tokenSeal";

const HOUR_S = 60 * 60;
const seal = new TokenSeal("a session secret", "client");
const session = { refreshToken: "a refresh token", subject: "00u1", startedAt: Math.floor(Date.now() / 1000) - HOUR_S };
const ENDED = { name: "AuthenticationError", message: "Your session in this portal has ended. Sign in again." };

it("gives back what it has sealed, in another process with the same secret too", async () => {
  const sealed = await seal.seal(session);
  expect(await seal.open(sealed)).toEqual(session);
  expect(await new TokenSeal("a session secret", "client").open(sealed)).toEqual(session);
});

it("opens what the former secret has sealed, and seals by the new one", async () => {
  const rotated = new TokenSeal("a new session secret", "client", ["a session secret"]);
  expect(await rotated.open(await seal.seal(session))).toEqual(session);
  await expect(seal.open(await rotated.seal(session))).rejects.toMatchObject(ENDED);
});

it("tells a sealed session from a refresh token as Okta gives it", async () => {
  expect(isSealed(await seal.seal(session))).toBe(true);
  expect([isSealed("aBc-1_2"), isSealed("header.claims.signature")]).toEqual([false, false]);
});

it("seals the same session differently each time, and without showing it", async () => {
  const [one, other] = await Promise.all([seal.seal(session), seal.seal(session)]);
  expect(one).not.toBe(other);
  const parts = one.split(".").map((part) => Buffer.from(part, "base64url").toString());
  expect(parts.join()).not.toMatch(/refresh|00u1|client/);
});

it("ends a session at its age, counted from the sign-in", async () => {
  const sealed = await seal.seal(session);
  await expect(seal.open(sealed, HOUR_S - 60)).rejects.toMatchObject(ENDED);
  const opened = await seal.open(sealed, HOUR_S + 60);
  await expect(seal.open(await seal.seal(opened), HOUR_S - 60)).rejects.toMatchObject(ENDED);
});

describe("refuses a session", () => {
  const key = new Uint8Array(hkdfSync("sha256", "a session secret", "", "okta refresh token", 32));
  const jwt = (alg: string, enc: string, secret: Uint8Array, claims = {}) =>
    new EncryptJWT({ refreshToken: "a refresh token", sub: "00u1", aud: "client", iat: session.startedAt, ...claims })
      .setProtectedHeader({ alg, enc })
      .encrypt(secret);

  it("only for what is wrong with it", async () => {
    expect(await seal.open(await jwt("dir", "A256GCM", key))).toEqual(session);
  });

  it.each<[string, (sealed: string) => string | Promise<string>]>([
    ["sealed with another secret", () => new TokenSeal("another session secret", "client").seal(session)],
    ["of another client", () => new TokenSeal("a session secret", "another").seal(session)],
    ["of no client", () => jwt("dir", "A256GCM", key, { aud: undefined })],
    ["of nobody", () => jwt("dir", "A256GCM", key, { sub: undefined })],
    ["that never began", () => jwt("dir", "A256GCM", key, { iat: undefined })],
    ["whose key is wrapped", () => jwt("A256GCMKW", "A256GCM", key)],
    ["whose key is made of a password", () => jwt("PBES2-HS256+A128KW", "A256GCM", key)],
    ["by another content encryption", () => jwt("A256KW", "A128CBC-HS256", key)],
    ["tampered with", (sealed) => sealed.replace(/\.[^.]+$/, `.${"A".repeat(22)}`)],
    ["cut short", (sealed) => sealed.slice(0, -30)],
    ["that it has not sealed", () => "a refresh token"],
    [
      "that is a token alone",
      () =>
        new CompactEncrypt(new TextEncoder().encode("a refresh token"))
          .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
          .encrypt(key),
    ],
  ])("%s", async (_, changed) => {
    await expect(seal.open(await changed(await seal.seal(session)))).rejects.toMatchObject(ENDED);
  });
});
