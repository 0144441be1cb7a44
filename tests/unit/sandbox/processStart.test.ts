import { spawn } from "node:child_process";
import { once } from "node:events";
import { processStart } from "../../../sandbox/processes/processStart";

describe("processStart", () => {
  it("stays the same as long as a process runs, and is gone with it", async () => {
    const child = spawn("sleep", ["600"]);
    const start = processStart(child.pid!);
    expect(start).toMatch(/\d/);
    expect(processStart(child.pid!)).toBe(start);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(processStart(child.pid!)).toBeUndefined();
  });
});
