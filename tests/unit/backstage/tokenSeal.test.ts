import { TokenSeal } from "../../../backstage/src/tokenSeal";

const seal = new TokenSeal("a session secret");
const ENDED = { name: "AuthenticationError", message: "Your session in this portal has ended. Sign in again." };

it("gives back what it has sealed, in another process with the same secret too", async () => {
  const sealed = await seal.seal("a refresh token");
  expect(await seal.open(sealed)).toBe("a refresh token");
  expect(await new TokenSeal("a session secret").open(sealed)).toBe("a refresh token");
});

it("seals the same token differently each time, and without showing it", async () => {
  const [one, other] = await Promise.all([seal.seal("a refresh token"), seal.seal("a refresh token")]);
  expect(one).not.toBe(other);
  expect(one.split(".").map((part) => Buffer.from(part, "base64url").toString())).not.toContain("a refresh token");
});

it.each<[string, (sealed: string) => string | Promise<string>]>([
  ["sealed with another secret", () => new TokenSeal("another session secret").seal("a refresh token")],
  ["tampered with", (sealed) => sealed.replace(/\.[^.]+$/, `.${"A".repeat(22)}`)],
  ["cut short", (sealed) => sealed.slice(0, -30)],
  ["that it has not sealed", () => "a refresh token"],
])("refuses a token %s", async (_, changed) => {
  await expect(seal.open(await changed(await seal.seal("a refresh token")))).rejects.toMatchObject(ENDED);
});
