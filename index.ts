import { BackstageSso } from "./components/backstageSso";
import { readSettings } from "./components/settings";
import { prepareSdk } from "./sdkRuntime";

prepareSdk();

export = async () => {
  const { checked, outputs } = new BackstageSso("backstage", await readSettings());
  await checked;
  return outputs;
};
