import { execa } from "execa";
import { shellExports } from "../../../sandbox/env";

describe("shellExports", () => {
  const inShell = async (variables: Record<string, string | undefined>, command: string) =>
    (await execa("sh", ["-c", `${shellExports(variables, "/sand box/bin")}\n${command}`], { env: { OLD: "old" } }))
      .stdout;

  it("gives a shell each value as it is", async () => {
    const value = `a 'quoted' "$HOME" \\ value\nof two lines`;
    expect(await inShell({ VALUE: value }, 'printf %s "$VALUE"')).toBe(value);
  });

  it("takes away what is undefined", async () => {
    expect(await inShell({ OLD: undefined }, 'echo "${OLD-gone}"')).toBe("gone");
  });

  it("puts the programs before those of the shell's own PATH", async () => {
    expect(await inShell({ PATH: "not this one" }, 'echo "$PATH"')).toBe(`/sand box/bin:${process.env.PATH}`);
  });
});
