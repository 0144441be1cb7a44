import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, cacheFolder, isCached } from "../../../sandbox/programs/cache";

const home = mkdtempSync(join(tmpdir(), "cache-"));
const previous = process.env.XDG_CACHE_HOME;
beforeAll(() => (process.env.XDG_CACHE_HOME = home));
afterAll(() => {
  if (previous === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = previous;
  rmSync(home, { recursive: true });
});

const write = (text: string) => (into: string) => Promise.resolve(writeFileSync(join(into, "program"), text));

describe("the cache of what was built", () => {
  it("is in XDG_CACHE_HOME", () => {
    expect(cacheFolder()).toBe(join(home, "backstage-okta-sso"));
  });

  it("builds what is not there, and never again", async () => {
    const folder = await cached("etcd-1.0.0", write("first"));
    await cached("etcd-1.0.0", write("second"));
    expect(readFileSync(join(folder, "program"), "utf8")).toBe("first");
  });

  it("has nothing after a build that failed, and starts the next one from nothing", async () => {
    const failing = async (into: string) => {
      await write("half")(into);
      throw new Error("the compiler has crashed");
    };
    await expect(cached("pulumi-1.0.0", failing)).rejects.toThrow("the compiler has crashed");
    expect(isCached("pulumi-1.0.0")).toBe(false);
    const folder = await cached("pulumi-1.0.0", (into) => {
      expect(existsSync(join(into, "program"))).toBe(false);
      return write("whole")(into);
    });
    expect(readFileSync(join(folder, "program"), "utf8")).toBe("whole");
  });

  it("builds once for two at the same time, and tells the second one that it waits", async () => {
    const said = jest.spyOn(console, "error").mockImplementation();
    const builds: string[] = [];
    const build = (name: string) => async (into: string) => {
      builds.push(name);
      await write(name)(into);
    };
    const folders = await Promise.all([cached("kubectl-1.0.0", build("a")), cached("kubectl-1.0.0", build("b"))]);
    expect(builds).toHaveLength(1);
    expect(folders[0]).toBe(folders[1]);
    expect(said).toHaveBeenCalledWith(expect.stringContaining("Waiting for another process to be done with the build"));
    said.mockRestore();
  });
});
