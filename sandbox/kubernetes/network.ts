import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../programs/cache";
import { exec } from "../processes/exec";
import { withLock } from "../processes/lock";

/** The first two bytes of the pods' addresses; each sandbox on this machine takes a third one. */
const PREFIX = "10.214";

/**
 * Makes the bridge to which pods are attached, with the first address of a subnet of its own. Nothing leads out of it.
 *
 * @returns the subnet, such as "10.214.0.0/24"
 * @throws if this machine has 256 of them already
 */
export async function makeBridge(name: string, signal?: AbortSignal): Promise<string> {
  const ip = (...args: string[]) => exec("ip", args, { signal });
  const work = async () => {
    // `ip` lists bridges without a pod too, which os.networkInterfaces() leaves out.
    const interfaces = JSON.parse(await ip("-json", "-4", "address")) as { addr_info: { local: string }[] }[];
    const taken = interfaces.flatMap(({ addr_info }) => addr_info.map(({ local }) => local));
    const third = Array.from({ length: 256 }, (_, i) => i).find(
      (i) => !taken.some((address) => address.startsWith(`${PREFIX}.${i}.`)),
    );
    if (third === undefined) throw new Error(`no subnet of ${PREFIX}.0.0/16 is free for pods: see ip address`);
    await ip("link", "add", name, "type", "bridge");
    await ip("address", "add", `${PREFIX}.${third}.1/24`, "dev", name);
    await ip("link", "set", name, "up");
    return `${PREFIX}.${third}.0/24`;
  };
  return withLock(join(cacheFolder(), "network.lock"), "the choice of a subnet", work, signal);
}

/** Takes the bridge away, if it is there. */
export async function removeBridge(name: string): Promise<void> {
  if (existsSync(`/sys/class/net/${name}`)) await exec("ip", ["link", "delete", name]);
}

/** The CNI network configuration with which containerd attaches pods to the bridge. */
export function cniConfig(bridge: string, subnet: string): string {
  const ipam = { type: "host-local", ranges: [[{ subnet }]] };
  const plugins = [{ type: "bridge", bridge, isGateway: true, ipam }];
  return JSON.stringify({ cniVersion: "1.0.0", name: "sandbox", plugins });
}
