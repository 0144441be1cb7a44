import { PIECES } from "./pieces";
import type { Environment, EnvironmentOptions } from "./pieces/piece";
import type { State } from "./pieces/state";
import { binFolder } from "./programs/find";

/** The environment of plain `pulumi`, `kubectl` and so on against this sandbox. */
export function environment(state: State, options: EnvironmentOptions = {}): Environment {
  const parts = PIECES.map((piece) => piece.environment?.(state, options));
  return Object.assign({ PATH: `${binFolder(state)}:${process.env.PATH}` }, ...parts) as Environment;
}

/** The environment as commands for a POSIX shell to evaluate; its own PATH goes on behind the sandbox's programs. */
export function shellExports(variables: Environment, bin: string): string {
  const quote = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  const others = Object.entries(variables)
    .filter(([name]) => name !== "PATH")
    .map(([name, value]) => (value === undefined ? `unset ${name}` : `export ${name}=${quote(value)}`));
  return [`export PATH=${quote(bin)}:"$PATH"`, ...others].join("\n");
}
