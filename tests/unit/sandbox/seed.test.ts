import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seed } from "../../../sandbox/okta/seed";
import { openStore, type Store } from "../../../sandbox/okta/store";

let folder: string;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "seed-"));
  store = openStore(join(folder, "okta.mdb"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const seedStore = () => seed(store, join(folder, "credentials.json"));

it("makes an org once", () => {
  seedStore();
  const { apiToken } = store.org.get("org")!;
  seedStore();
  expect(store.org.get("org")).toMatchObject({ apiToken });
});

it("refuses an org whose records are of an earlier version, and says what to do", async () => {
  seedStore();
  await store.org.put("org", { ...store.org.get("org")!, format: 1 });
  expect(seedStore).toThrow(`the org in ${folder} is of an earlier version: remove that folder`);
});
