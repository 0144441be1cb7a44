import { version } from "@pulumi/random/package.json";
import { serve } from "../server";
import { randomId } from "./id";
import { randomPassword } from "./password";

serve({
  name: "random",
  version,
  configure: () => undefined,
  resources: {
    "random:index/randomId:RandomId": randomId,
    "random:index/randomPassword:RandomPassword": randomPassword,
  },
  functions: {},
});
