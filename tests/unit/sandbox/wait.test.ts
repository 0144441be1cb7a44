import { waitFor } from "../../../sandbox/processes/wait";

describe("waitFor", () => {
  it("returns what the condition gives once it gives something", async () => {
    let asked = 0;
    expect(await waitFor("the third time", () => ++asked === 3 && "here")).toBe("here");
  });

  it("takes an error for not yet", async () => {
    let asked = 0;
    const condition = () => (++asked < 2 ? Promise.reject(new Error("connection refused")) : Promise.resolve(0));
    expect(await waitFor("a server", condition)).toBe(0);
  });

  it("says at the deadline what was waited for and what went wrong last", async () => {
    const condition = () => Promise.reject(new Error("connection refused"));
    await expect(waitFor("a server", condition, { seconds: 0.2 })).rejects.toThrow(
      "timed out after 0.2 s waiting for a server: connection refused",
    );
  });

  it("keeps its deadline when the condition never settles", async () => {
    const condition = () => new Promise<boolean>(() => undefined);
    await expect(waitFor("an answer", condition, { seconds: 0.2 })).rejects.toThrow(
      "timed out after 0.2 s waiting for an answer",
    );
  });

  it("ends at once with the reason of its signal", async () => {
    const controller = new AbortController();
    const wait = waitFor("nothing", () => false, { signal: controller.signal });
    controller.abort(new Error("interrupted"));
    await expect(wait).rejects.toThrow("interrupted");
  });
});
