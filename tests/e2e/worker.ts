/** Gives each of Jest's workers a sandbox of its own. */
const copies = JSON.parse(process.env.SANDBOX_COPIES ?? "[]") as NodeJS.ProcessEnv[];
Object.assign(process.env, copies[Number(process.env.JEST_WORKER_ID) - 1]);

export {};
