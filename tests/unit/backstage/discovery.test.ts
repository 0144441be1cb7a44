import { Discovery } from "../../../backstage/auth/src/discovery";

const MINUTE = 60_000;
const read = jest.fn<Promise<string>, []>();

beforeEach(() => {
  jest.useFakeTimers();
  read.mockReset();
});
afterEach(() => jest.useRealTimers());

it("reads once, however many ask at once", async () => {
  read.mockResolvedValue("metadata");
  const discovery = new Discovery(read);
  expect(await Promise.all([discovery.get(), discovery.get()])).toEqual(["metadata", "metadata"]);
  expect(await discovery.get()).toBe("metadata");
  expect(read).toHaveBeenCalledTimes(1);
});

it("tries again at each use until it could read", async () => {
  read
    .mockRejectedValueOnce(new Error("away"))
    .mockRejectedValueOnce(new Error("still away"))
    .mockResolvedValue("back");
  const discovery = new Discovery(read);
  await expect(discovery.get()).rejects.toThrow("away");
  await expect(discovery.get()).rejects.toThrow("still away");
  expect(await discovery.get()).toBe("back");
});

it("reads again by a use after more than an hour, and keeps what it has until then", async () => {
  read.mockResolvedValueOnce("old").mockResolvedValueOnce("new");
  const discovery = new Discovery(read);
  await discovery.get();
  jest.advanceTimersByTime(59 * MINUTE);
  expect(await discovery.get()).toBe("old");
  expect(read).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(2 * MINUTE);
  expect(await discovery.get()).toBe("old");
  await jest.advanceTimersByTimeAsync(0);
  expect(await discovery.get()).toBe("new");
  expect(read).toHaveBeenCalledTimes(2);
});

it("keeps what it has while it cannot read again, and goes on trying", async () => {
  read.mockResolvedValueOnce("old").mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce("new");
  const discovery = new Discovery(read);
  await discovery.get();
  jest.advanceTimersByTime(61 * MINUTE);
  for (const expected of ["old", "old", "new"]) {
    expect(await discovery.get()).toBe(expected);
    await jest.advanceTimersByTimeAsync(0);
  }
});
