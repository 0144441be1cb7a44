import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const FOLDER = resolve(__dirname, "../../../policy");
const readPackage = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { dependencies: Record<string, string> };

it("names each package that it imports at run time, in the project's version: published, it stands alone", () => {
  const sources = readdirSync(FOLDER).filter((file) => /\.(ts|cjs)$/.test(file));
  const imported = sources.flatMap((file) =>
    [...readFileSync(join(FOLDER, file), "utf8").matchAll(/^(?!import type).*(?:from |require\()"([^."][^"]*)"/gm)].map(
      ([, name = ""]) => name,
    ),
  );
  const { dependencies } = readPackage(FOLDER);
  expect(imported).not.toHaveLength(0);
  for (const name of imported) expect(Object.keys(dependencies)).toContain(name);
  expect(readPackage(resolve(FOLDER, "..")).dependencies).toMatchObject(dependencies);
});
