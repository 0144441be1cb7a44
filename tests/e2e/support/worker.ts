/** Gives each of Jest's workers a sandbox of its own. */
const copies = JSON.parse(process.env.SANDBOX_COPIES ?? "[]") as NodeJS.ProcessEnv[];
const worker = Number(process.env.JEST_WORKER_ID);
if (worker > copies.length && copies.length > 0) {
  throw new Error(`Worker ${worker} has no sandbox: \`sandbox run --copies ${worker}\`, or \`jest --runInBand\``);
}
Object.assign(process.env, copies[worker - 1]);

export {};
