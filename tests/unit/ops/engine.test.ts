import { ConcurrentUpdateError, type Stack, type UpOptions } from "@pulumi/pulumi/automation";
import { hostname } from "node:os";
import { update } from "../../../ops/engine";
import { event } from "./steps";

const LOCKED_AT = "2026-11-24T02:00:00Z";
const BEFORE = new Date("2026-11-24T01:59:59.500Z");
const AFTER = new Date("2026-11-24T02:00:02Z");
/** No process has a larger ID than 2^22. */
const DEAD = 2 ** 22 + 1;

const summaryEvent = { maybeCorrupt: false, durationSeconds: 1, resourceChanges: { update: 3 }, policyPacks: {} };

/** A stack that is locked until its lock is taken away. */
function lockedStack(pid: number, host = hostname()) {
  const text = `error: the stack is currently locked by 1 lock(s).\n  file:///lock.json: created by root@${host} (pid ${pid}) at ${LOCKED_AT}`;
  const Locked = ConcurrentUpdateError as unknown as new (result: string) => ConcurrentUpdateError;
  const up = jest
    .fn()
    .mockRejectedValueOnce(new Locked(text))
    .mockImplementation(({ onEvent }: UpOptions) => Promise.resolve(onEvent?.(event({ summaryEvent }))));
  const cancel = jest.fn().mockResolvedValue(undefined);
  return { name: "dev", up, cancel };
}

const updateOf = (stack: ReturnType<typeof lockedStack>, killedSince?: Date) =>
  update(stack as unknown as Stack, {
    command: "rollback",
    message: "",
    userAgent: "",
    killedSince,
    onProgress: () => undefined,
  });

it("takes away the lock that a rollback left behind which was killed", async () => {
  const stack = lockedStack(DEAD);
  expect(await updateOf(stack, BEFORE)).toEqual({ update: 3 });
  expect(stack.cancel).toHaveBeenCalledTimes(1);
});

it.each<[string, ReturnType<typeof lockedStack>, Date | undefined]>([
  ["no rollback was killed", lockedStack(DEAD), undefined],
  ["it is older than the rollback that was killed", lockedStack(DEAD), AFTER],
  ["its process is there", lockedStack(process.pid), BEFORE],
  ["it is another machine's", lockedStack(DEAD, "elsewhere"), BEFORE],
])("leaves a lock alone, and says whose it is, when %s", async (_, stack, killedSince) => {
  await expect(updateOf(stack, killedSince)).rejects.toThrow(
    /another update of dev is in progress \(created by root@.* \(pid \d+\) at .*\): nothing was changed.*`pulumi cancel --stack dev`/,
  );
  expect(stack.cancel).not.toHaveBeenCalled();
});
