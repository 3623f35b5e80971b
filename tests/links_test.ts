import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path/posix";
import { readPages } from "./support/pages.ts";
import { ROOT } from "./support/server.ts";

const PAGES = await readPages();
const anchors = new Map(PAGES.map(({ path, text }) => [path, anchorsOf(text)]));

for (const { path, text } of PAGES) {
  Deno.test(`${path} has no link that leads nowhere`, async () => {
    const broken: string[] = [];
    for (const link of linksOf(text)) if (!await leadsSomewhere(path, link)) broken.push(link);
    assertEquals(broken, []);
  });
}

const HEADINGS: [heading: string, anchor: string][] = [
  ["Which engine", "which-engine"],
  ["The client: `stdws --connect`", "the-client-stdws---connect"],
  ["Rooms: `broadcast`", "rooms-broadcast"],
  ["What it means, and *may* do", "what-it-means-and-may-do"],
  ["A [link](a.md) in snake_case", "a-link-in-snake_case"],
];
Deno.test("anchorsOf() makes the anchors as GitHub does", () => {
  for (const [heading, anchor] of HEADINGS) assertEquals(anchorsOf(`# ${heading}`), [anchor]);
  assertEquals(anchorsOf("# A\n\n```sh\n# none\n```\n## A\n### A\n"), ["a", "a-1", "a-2"]);
});

/** What a page links to or shows; not what is elsewhere in the web. */
function linksOf(text: string): string[] {
  const links = withoutCode(text).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g);
  return Array.from(links, ([, link = "", picture = ""]) => link || picture)
    .filter((link) => !/^(https?|mailto|wss?):/.test(link));
}

async function leadsSomewhere(page: string, link: string): Promise<boolean> {
  const [file = "", anchor = ""] = link.split("#");
  const target = file === "" ? page : join(dirname(page), file);
  try {
    await Deno.stat(ROOT + target);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  return anchor === "" || (anchors.get(target)?.includes(anchor) ?? false);
}

/** The names by which a page's headings are linked to. */
function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return Array.from(withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm), ([, heading = ""]) => {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const anchor = shown.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

function withoutBlocks(text: string): string {
  return text.replace(/^( *)```[^]*?^\1```$/gm, "");
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`]*`/g, (code) => code.replace(/[[\]()<]/g, ""));
}
