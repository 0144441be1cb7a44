import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { RotateResult } from "../../ops/rotate/rotate";
import { Checkout } from "./support/checkout";
import { Load } from "./support/load";
import { TestPortal } from "./support/portal";
import { answerTo, clientSecrets, rotate, rotated } from "./support/rotation";
import { hasNode, okta } from "./support/sandbox";

jest.setTimeout(600_000);

const PACE = { signInsPerMinute: 20, refreshesPerMinute: 200, sessions: 20 };
/** How the lines of the phases begin, in their order. */
const PHASES = [
  "Making",
  "Rolling",
  "Checking",
  "Raising sessionSecretVersion to 3 ",
  "Bringing",
  "Deactivating",
  "Deleting",
];

// What becomes of an app's secrets by a PUT that names another one.
(hasNode ? describe : describe.skip).each(["replaces", "adds"])(
  "where a PUT of the app %s its secrets",
  (secretInPut) => {
    const checkout = new Checkout();
    let portal: TestPortal;
    let former: Record<string, string>;

    beforeAll(async () => {
      await okta("PUT", "/sandbox/variants", { secretInPut });
      portal = await TestPortal.make();
      await portal.stack.up();
    });
    afterAll(async () => {
      await portal?.dispose();
      checkout.dispose();
      await okta("PUT", "/sandbox/variants", {});
    });

    /** The config in the stack's file. */
    const config = () => {
      const { config } = parse(readFileSync(portal.stack.configFile, "utf8")) as { config: Record<string, unknown> };
      return {
        client: config["backstage-okta-sso:clientSecretVersion"],
        session: config["backstage-okta-sso:sessionSecretVersion"],
      };
    };

    /** Does the work while people sign in and refresh, none of whom notices. */
    async function unnoticed(work: () => Promise<void>): Promise<void> {
      const load = await Load.start(portal.url, PACE);
      try {
        await work();
      } finally {
        await load.stop();
      }
      expect(load.failures).toEqual([]);
    }

    it("rotates both secrets, and nobody notices", async () => {
      const { stack } = portal;
      former = await stack.variables();
      const { clientId } = await stack.outputs();
      let said = "";
      await unnoticed(async () => {
        const { stdout, said: text } = await rotated(checkout, stack, "--json");
        said = stdout + text;
        const { verified, ...result } = JSON.parse(stdout) as RotateResult;
        expect(result).toMatchObject({ clientSecretVersion: 2, sessionSecretVersion: 2 });
        expect(verified?.verdict).toBe("ok");
      });
      expect(config()).toEqual({ client: "2", session: "2" });
      const now = await stack.variables();
      expect(now).toMatchObject({ OKTA_CLIENT_ID: clientId, AUTH_SESSION_SECRET_PREVIOUS: former.AUTH_SESSION_SECRET });
      expect(await clientSecrets(stack)).toEqual([
        expect.objectContaining({ client_secret: now.OKTA_CLIENT_SECRET, status: "ACTIVE" }),
      ]);
      expect(await answerTo(stack, now.OKTA_CLIENT_SECRET!)).toBe("invalid_grant");
      expect(await answerTo(stack, former.OKTA_CLIENT_SECRET!)).toBe("invalid_client");
      const secrets = [...Object.entries(former), ...Object.entries(now)].filter(([key]) => key !== "OKTA_CLIENT_ID");
      for (const [, secret] of secrets) {
        expect(said).not.toContain(secret);
        expect(readFileSync(stack.configFile, "utf8")).not.toContain(secret);
      }
      await stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    });

    it("does not bring the former secret back by a later change of the app", async () => {
      portal.stack.configure({ label: "Another" });
      await portal.stack.up();
      expect((await portal.stack.app()).label).toBe("Another");
      expect(await answerTo(portal.stack, former.OKTA_CLIENT_SECRET!)).toBe("invalid_client");
    });

    it("goes on where it was killed, after each phase, and nobody notices", async () => {
      await unnoticed(async () => {
        for (const phase of PHASES) {
          const { exitCode, said } = await rotate(checkout, portal.stack, ["--yes"], { killAt: phase });
          expect({ phase, exitCode, said }).toMatchObject({ exitCode: undefined });
        }
        // The last call may have reached Okta before the kill reached the command: then another run would be another rotation.
        if ((await clientSecrets(portal.stack)).length > 1) await rotated(checkout, portal.stack);
      });
      expect(config()).toEqual({ client: "3", session: "3" });
      expect(await clientSecrets(portal.stack)).toHaveLength(1);
      await portal.stack.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    });
  },
);
