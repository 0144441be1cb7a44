import { execaSync } from "execa";
import { readFileSync } from "node:fs";

/**
 * When the process with that pid started: pid and start together name one process for good, since a pid alone is given
 * to another process after a while.
 *
 * @returns an opaque text, or undefined if no such process is running (one that has ended but that its parent has not
 *   waited for counts as ended)
 */
export function processStart(pid: number): string | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): string | undefined {
  try {
    // proc_pid_stat(5): the second field is the command's name in parentheses, which may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === "Z" || state === "X") return undefined;
    // Ticks count from boot.
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${startTicks}`;
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const [state, ...start] = execaSync("ps", ["-o", "state=,lstart=", "-p", String(pid)])
      .stdout.trim()
      .split(/\s+/);
    return state?.startsWith("Z") ? undefined : start.join(" ");
  } catch {
    return undefined;
  }
}
