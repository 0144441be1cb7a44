import { BackstageSso } from "./components/backstageSso";
import { readSettings } from "./components/settings";

export = async () => new BackstageSso("backstage", await readSettings()).outputs;
