import * as pulumi from "@pulumi/pulumi";
import { Rollout } from "../../components/rollout";
import { waitFor } from "../../sandbox/processes/wait";

/** Lets the provider answer. */
let finish: () => void;
let registered: boolean;

/** A Rollout of so many minutes, in an update or a preview, whose provider does not answer until it is told to. */
async function start(timeoutMinutes: number, preview = false) {
  registered = false;
  const answer = new Promise<void>((resolve) => (finish = resolve));
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ name, inputs, custom }) => {
        registered ||= custom ?? false;
        if (custom) await answer;
        return { id: `${name}-id`, state: inputs as object };
      },
      call: () => ({}),
    },
    "backstage-okta-sso",
    "dev",
    preview,
  );
  new Rollout("backstage", {
    namespace: "portal",
    deployment: "backstage",
    fieldManager: "m",
    checksum: "c",
    timeoutMinutes,
  });
  await waitFor("the patch to be registered", () => registered);
}

const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);

beforeEach(() => warn.mockClear());
afterEach(() => finish());

it("names verify and rollback before the provider gives a restart up", async () => {
  await start(0.001);
  await waitFor("the warning", () => warn.mock.calls.length > 0, { seconds: 5 });
  expect(warn.mock.calls[0]?.[0]).toMatch(/not ready, .*`npm run verify -- --stack dev`.*`npm run rollback`/);
});

it.each([
  ["a restart that is done in time", 0.01, false],
  ["a preview", 0.001, true],
])("says nothing in %s", async (_, minutes, preview) => {
  await start(minutes, preview);
  if (!preview) finish();
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
  expect(warn).not.toHaveBeenCalled();
});
