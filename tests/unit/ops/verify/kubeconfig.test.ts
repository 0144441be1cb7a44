import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stopped } from "../../../../ops/verify/check";
import { reachCluster } from "../../../../ops/verify/cluster";

const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
const before = process.env.KUBECONFIG;
afterAll(() => {
  if (before === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = before;
  rmSync(folder, { recursive: true });
});

it.each(["KUBECONFIG", "kubernetes:kubeconfig"])(
  "says that the one of %s is broken, and no line of it",
  async (source) => {
    const file = join(folder, "config");
    writeFileSync(file, "users:\n  - name: me\n    token: hunter2-hunter2\n  - {name: [\n");
    process.env.KUBECONFIG = file;
    const config = source === "KUBECONFIG" ? {} : { [source]: { value: file } };
    const error: unknown = await reachCluster(config, "dev").catch((error: unknown) => error);
    const { problem } = error as Stopped;
    expect(error).toBeInstanceOf(Stopped);
    expect(problem).toMatchObject({
      severity: "unknown",
      cause: `the kubeconfig that ${source} names is not a valid one`,
    });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  },
);
