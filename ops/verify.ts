import { runCommand, stackCommand, type StackOptions } from "./command";
import { openStack } from "./stack";

const command = stackCommand("verify", "check that sign-in works, changing nothing").action(
  async ({ stack: name }: StackOptions) => {
    const stack = await openStack(name);
    console.log(await stack.outputs());
  },
);

if (require.main === module) void runCommand(command);
