import { readFileSync } from "node:fs";
import { join } from "node:path";

// Exits 0 when the PostgreSQL in the folder that is its argument takes queries: pg_ctl looks at this line, too.
const STATUS_LINE = 7;
const lines = readFileSync(join(process.argv[2], "data", "postmaster.pid"), "utf8").split("\n");
process.exit(lines[STATUS_LINE]?.trim() === "ready" ? 0 : 1);
