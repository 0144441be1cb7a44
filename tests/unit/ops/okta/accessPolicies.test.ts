import { type AccessPolicy, clientsOf, otherPolicies } from "../../../../ops/okta/accessPolicies";

const OWN = { serverId: "aus1", policyId: "own", clientId: "backstage-1" };

function policy(id: string, include: string[], changes: Partial<AccessPolicy> = {}): AccessPolicy {
  return { id, name: id, status: "ACTIVE", priority: 1, conditions: { clients: { include } }, ...changes };
}
const own = policy("own", ["backstage-1"]);

it("finds the policies that are for the portal's client too, before its own and behind it", () => {
  const [everybody, another] = [policy("everybody", ["ALL_CLIENTS"]), policy("another", ["x", "backstage-1"])];
  expect(otherPolicies([everybody, own, another], OWN)).toEqual([
    { policy: everybody, isFirst: true },
    { policy: another, isFirst: false },
  ]);
  expect([everybody, another].map(clientsOf)).toEqual(["all clients", "this portal's client"]);
});

it("passes over those of others, and those that are inactive", () => {
  const inactive = policy("inactive", ["ALL_CLIENTS"], { status: "INACTIVE" });
  expect(otherPolicies([policy("wiki", ["wiki"]), inactive, own], OWN)).toEqual([]);
});

it("takes every other policy for the first where the portal's own is gone", () => {
  expect(otherPolicies([policy("everybody", ["ALL_CLIENTS"])], OWN)).toMatchObject([{ isFirst: true }]);
});
