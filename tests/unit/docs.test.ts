import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const CHECKOUT = resolve(__dirname, "../..");

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "backstage/auth/README.md",
  "backstage/catalog/README.md",
  "sandbox/okta/README.md",
].concat(
  readdirSync(join(CHECKOUT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
);
const read = (page: string) => readFileSync(join(CHECKOUT, page), "utf8");

/** The links of a page, without those to other hosts. */
function links(page: string): { text: string; target: string }[] {
  return [...read(page).matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].flatMap(([, text = "", target = ""]) =>
    /^[a-z]+:/.test(target) ? [] : { text: text.replaceAll(/\s+/g, " "), target },
  );
}

it.each(pages)("%s links to files and headings that are there", (page) => {
  const broken = links(page).filter(({ target }) => {
    const [file = "", heading] = target.split("#");
    const path = file ? join(dirname(page), file) : page;
    if (!existsSync(join(CHECKOUT, path))) return true;
    return heading !== undefined && !headings(path).includes(heading);
  });
  expect(broken).toEqual([]);
});

/** The anchors that GitHub makes of a page's headings. */
function headings(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

it("names tests in docs/security.md that are there", () => {
  const tests = links("docs/security.md").filter(({ target }) => target.endsWith(".test.ts"));
  expect(tests.length).toBeGreaterThan(10);
  const missing = tests.filter(
    ({ text, target }) => !read(relative(CHECKOUT, resolve(CHECKOUT, "docs", target))).includes(`"${text}"`),
  );
  expect(missing).toEqual([]);
});

it("keeps README.md to a length that one reads to its end", () => {
  const lines = read("README.md").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(130);
  expect(lines.filter((line) => line.length > 160)).toEqual([]);
});
