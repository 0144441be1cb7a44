import { check, failed, skipped, Stopped, unknown, warning } from "../../../../ops/verify/check";
import { describe as describeReport, summarize } from "../../../../ops/verify/report";

const ok = check("First", {}, () => ({ says: "all right", value: 1 }));
const broken = check("Second", {}, () => ({ problems: [failed("it is broken", "mend it")] }));

describe("a check", () => {
  it("goes on with what the checks that it needs have found", async () => {
    const sum = check("Sum", { ok }, ({ ok }) => ({ says: String(ok + 1) }));
    expect((await sum.done).report).toEqual({ check: "Sum", verdict: "ok", says: "2", problems: [] });
  });

  it("is skipped, naming the check that found nothing to go on with", async () => {
    const run = jest.fn();
    const after = check("Third", { ok, broken }, run);
    expect((await after.done).report).toMatchObject({ verdict: "skipped", says: "needs: Second" });
    expect(run).not.toHaveBeenCalled();
  });

  it("is run after one that found something wrong, but enough to go on with", async () => {
    const half = check("Half", {}, () => ({ problems: [failed("half of it is wrong", "mend it")], value: "half" }));
    const after = check("After", { half }, ({ half }) => ({ says: half }));
    expect((await after.done).report).toMatchObject({ verdict: "ok", says: "half" });
  });

  it("has the verdict of its worst problem", async () => {
    const worst = check("Worst", {}, () => ({ problems: [warning("odd", "look"), failed("wrong", "mend it")] }));
    expect((await worst.done).report.verdict).toBe("failed");
  });

  it("ends with the problem that stops it", async () => {
    const stopped = check("Stopped", {}, () => Promise.reject(new Stopped(unknown("not allowed to look", "ask"))));
    expect((await stopped.done).report).toMatchObject({ verdict: "unknown", problems: [{ remedy: "ask" }] });
  });
});

describe("a report", () => {
  const reports = async (...checks: { done: Promise<{ report: unknown }> }[]) =>
    (await Promise.all(checks.map(({ done }) => done))).map(({ report }) => report) as Parameters<typeof summarize>[1];
  const odd = check("Odd", {}, () => ({ problems: [warning("odd", "look")] }));
  const unseen = check("Unseen", {}, () => ({ problems: [unknown("not allowed to look", "ask")] }));
  const none = check("None", {}, () => skipped("nothing configured"));

  it("is ok with warnings and with what was skipped for want of anything to check", async () => {
    expect(summarize("dev", await reports(ok, odd, none)).verdict).toBe("ok");
  });

  it("is unknown when something could not be seen, but failed when something is wrong", async () => {
    expect(summarize("dev", await reports(ok, unseen)).verdict).toBe("unknown");
    expect(summarize("dev", await reports(ok, unseen, broken)).verdict).toBe("failed");
  });

  it("has a line for each check, and the remedy below a problem", async () => {
    expect(describeReport(summarize("dev", await reports(ok, broken, none)))).toBe(
      [
        "ok       First   all right",
        "failed   Second  it is broken",
        "                 → mend it",
        "skipped  None    nothing configured",
        "",
        "Sign-in of stack dev does not work: 1 ok, 1 failed, 1 skipped.",
      ].join("\n"),
    );
  });

  it("gives what others said in a line, with nothing in it that a terminal or a pipeline would act on", async () => {
    const said = check("Said", {}, () => ({ problems: [failed("it says: \u001b[2J\n::add-mask::x", "see")] }));
    const text = describeReport(summarize("dev", await reports(said)));
    expect(text.split("\n")[0]).toBe("failed   Said  it says: ::add-mask::x");
  });
});
