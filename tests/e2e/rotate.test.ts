import { readFileSync } from "node:fs";
import type { RotateResult } from "../../ops/rotate/rotate";
import { BackstageClient } from "./support/backstage";
import { Checkout } from "./support/checkout";
import { CommandLines } from "./support/commandLines";
import { upAsBefore } from "./support/earlier";
import { TestPortal } from "./support/portal";
import { answersTo, clientSecrets, rotated, secretsIn, unnoticed, versions } from "./support/rotation";
import { hasNode, okta } from "./support/sandbox";
import type { Cookies } from "./support/signIn";

jest.setTimeout(400_000);

(hasNode ? describe : describe.skip)("where a PUT of the app adds the secret that it names", () => {
  let checkout: Checkout;
  let portal: TestPortal;
  let former: Record<string, string>;

  beforeAll(async () => {
    await okta("PUT", "/sandbox/variants", { secretInPut: "adds" });
    checkout = new Checkout();
    portal = await TestPortal.make();
    await upAsBefore(checkout, portal.stack);
  });
  afterAll(async () => {
    await portal?.dispose();
    checkout?.dispose();
    await okta("PUT", "/sandbox/variants", {});
  });

  it("rotates both secrets of a stack from before it had a client secret of its own, and nobody notices", async () => {
    const { stack } = portal;
    former = await stack.variables();
    const { clientId } = await stack.outputs();
    const inOkta = await clientSecrets(stack);
    const commandLines = new CommandLines();
    let said = "";
    await unnoticed(portal.url, async () => {
      await stack.up();
      expect([await stack.variables(), await clientSecrets(stack)]).toEqual([former, inOkta]);
      const { stdout, said: text } = await rotated(checkout, stack, "--json");
      said = stdout + text;
      const { verified, ...result } = JSON.parse(stdout) as RotateResult;
      expect(result).toMatchObject({ clientSecretVersion: 2, sessionSecretVersion: 2 });
      expect(verified?.verdict).toBe("ok");
    });
    expect(versions(stack)).toEqual({ client: "2", session: "2" });
    const now = await stack.variables();
    expect(now).toMatchObject({ OKTA_CLIENT_ID: clientId, AUTH_SESSION_SECRET_PREVIOUS: former.AUTH_SESSION_SECRET });
    expect(await clientSecrets(stack)).toEqual([
      expect.objectContaining({ client_secret: now.OKTA_CLIENT_SECRET, status: "ACTIVE" }),
    ]);
    const answers = await answersTo(stack, now.OKTA_CLIENT_SECRET!, former.OKTA_CLIENT_SECRET!);
    expect(answers).toEqual(["invalid_grant", "invalid_client"]);

    const preview = await stack.pulumi(["preview", "--refresh", "--expect-no-changes", "--diff"]);
    const seen = commandLines.stop();
    expect(seen).toContainEqual(expect.stringMatching(/pulumi up .*--target /));
    const texts = [...seen, said, preview.stdout, preview.stderr, readFileSync(stack.configFile, "utf8")].join("\n");
    for (const secret of [...secretsIn(former), ...secretsIn(now)]) expect(texts).not.toContain(secret);
  });

  it("has the preview refuse a checkout that lacks the commit of the rotation", async () => {
    const { stack } = portal;
    const now = await stack.variables();
    stack.configure({ clientSecretVersion: undefined, sessionSecretVersion: 1.5 });
    expect(await stack.failedPreview()).toMatch(
      /clientSecretVersion 1 is lower than 2, .* or set it to 2\n.*sessionSecretVersion 1.5 is lower than 2, /,
    );
    await stack.failedUp();
    stack.configure({ clientSecretVersion: 2, sessionSecretVersion: 2 });
    expect(await stack.variables()).toEqual(now);
  });

  it("does not bring the former secret back by a later change of the app, nor change anything else", async () => {
    const { stack } = portal;
    const now = await stack.variables();
    stack.configure({ label: "Another" });
    expect(await stack.up()).toEqual({ update: 1, same: expect.any(Number) as number });
    expect((await stack.app()).label).toBe("Another");
    expect(await stack.variables()).toEqual(now);
    expect(await answersTo(stack, former.OKTA_CLIENT_SECRET!)).toEqual(["invalid_client"]);
  });

  /** Somebody who is signed in. */
  async function somebody(): Promise<() => Promise<number>> {
    const client = new BackstageClient(portal.url);
    const cookies: Cookies = new Map();
    await client.signIn("alice", "production", cookies);
    const refresh = async () => (await client.session("refresh", "production", cookies)).status;
    expect(await refresh()).toBe(200);
    return refresh;
  }

  it("ends all sessions with --end-sessions, and leaves the client secret alone", async () => {
    const { stack } = portal;
    const { OKTA_CLIENT_SECRET } = await stack.variables();
    const refresh = await somebody();
    await rotated(checkout, stack, "--session-secret", "--end-sessions");
    expect(await refresh()).toBe(401);
    expect(versions(stack)).toEqual({ client: "2", session: "4" });
    expect(await stack.variables()).toMatchObject({ OKTA_CLIENT_SECRET });
  });

  it("with --now has Okta refuse the leaked secret before the portal has another, and ends all sessions", async () => {
    const { stack } = portal;
    const leaked = await stack.variables();
    const refresh = await somebody();
    const { phases } = await rotated(checkout, stack, "--now");
    const [deactivated, rolledOut] = ["Deactivating", "Rolling"].map((phase) =>
      phases.findIndex(({ name }) => name.startsWith(phase)),
    );
    expect(deactivated).toBeGreaterThan(0);
    expect(deactivated).toBeLessThan(rolledOut!);
    expect(await refresh()).toBe(401);
    await somebody();
    expect(await answersTo(stack, leaked.OKTA_CLIENT_SECRET!)).toEqual(["invalid_client"]);
    const now = secretsIn(await stack.variables());
    for (const secret of secretsIn(leaked)) expect(now).not.toContain(secret);
    expect(await clientSecrets(stack)).toHaveLength(1);
    await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
  });
});
