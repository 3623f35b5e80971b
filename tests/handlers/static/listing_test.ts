import { oneLine } from "../../../lib/base/one_line.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MAX_ENTRIES } from "../../../lib/handlers/static/listing.ts";
import { makeFifo } from "../../support/tree.ts";
import { Site } from "../site.ts";

/** The links of a page, as a browser resolves them, with their texts. */
function linksOf(page: string, base: string): [path: string, text: string][] {
  return [...page.matchAll(/<a href="([^"]*)">(.*?)<\/a>/gs)].map(([, href = "", text = ""]) => {
    const url = new URL(unescape(href), `http://host${base}`);
    assertEquals(url.origin, "http://host");
    return [url.pathname + url.search + url.hash, unescape(text.replace(/<\/?bdi>/g, ""))];
  });
}

function unescape(html: string): string {
  const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return html.replace(/&([\w#]+);/g, (_, name) => names[name] ?? "?");
}

Deno.test("listing() shows folders first, then files, by name, with size and date", async () => {
  await using site = await Site.make({
    "sub/b.txt": "bb",
    "sub/a.txt": "",
    "sub/Z": "z",
    "sub/ä": "ä",
    "sub/.hidden": "",
    "sub/y/file": "",
    "sub/c/file": "",
  }, { "sub/link": "../sub/b.txt", "sub/d": "c" });
  await site.tree.age("sub/b.txt");
  const response = await site.get("/sub/");
  const page = await response.text();
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(
    linksOf(page, "/sub/"),
    [
      ["/", "../"],
      ["/sub/c/", "c/"],
      ["/sub/d/", "d/"],
      ["/sub/y/", "y/"],
      ["/sub/.hidden", ".hidden"],
      ["/sub/Z", "Z"],
      ["/sub/a.txt", "a.txt"],
      ["/sub/b.txt", "b.txt"],
      ["/sub/link", "link"],
      ["/sub/%C3%A4", "ä"],
    ].map(([path = "", text = ""]) => [path, text]),
  );
  assertStringIncludes(page, "b.txt</bdi></a><td>2<td>2001-02-03 04:05\n");
  assertMatch(page, /c\/<\/bdi><\/a><td><td>\d{4}-/);
});

Deno.test("listing() leads up from everywhere but the root", async () => {
  await using site = await Site.make({ "a/b/file": "" });
  const first = async (target: string) => linksOf(await site.text(target), target)[0];
  assertEquals(await first("/"), ["/a/", "a/"]);
  assertEquals(await first("//"), ["//a/", "a/"]);
  assertEquals(await first("/a/"), ["/", "../"]);
  assertEquals(await first("/a/b/"), ["/a/", "../"]);
});

const NAMES = [
  "a b",
  "a:b",
  "javascript:alert(1)",
  "http:",
  "a?b",
  "a#b",
  "a%b",
  "%2e%2e",
  'a"b',
  "a'b",
  "a`b",
  "a&b",
  "&lt;",
  "a\nb",
  "a\tb",
  "a\\b",
  "\\\\evil.example",
  "...",
  "a;b=c",
  "a+b",
  "一",
  "😀",
  "\u202etxt.exe",
  "<script>alert(1)<",
  '" onmouseover="alert(1)',
  "<!--",
  "--><script>",
  "<",
  "</title><script>",
];
for (const name of NAMES) {
  const file = name.replaceAll("/", "");
  Deno.test(`listing() shows ${JSON.stringify(file)}, and its link leads there`, async () => {
    await using site = await Site.make({ [file]: "the file", [`${file} d/inner`]: "the inner" });
    const page = await site.text("/");
    const links = linksOf(page, "/");
    const shown = oneLine(file);
    assertEquals(links.map(([, text]) => text), [`${shown} d/`, shown]);
    assertEquals(page.includes("<script>alert"), false);
    const [[folder = ""] = [], [path = ""] = []] = links;
    assertEquals(await site.text(path), "200 the file");
    // As the title and the heading of its own page.
    const inner = await site.text(folder);
    const [, title = ""] = /<title>(.*?)<\/title>/s.exec(inner) ?? [];
    assertEquals(unescape(title), `Index of /${shown} d/`);
    assertEquals(linksOf(inner, folder).map(([, text]) => text), ["../", "inner"]);
  });
}

Deno.test("listing() does not show what leads elsewhere, nor what is no file", async () => {
  await using site = await Site.make({ "file": "", "../secret": "", "../outside/x": "" }, {
    "out": "../secret",
    "out-folder": "../outside",
    "up": "..",
    "dangling": "nothing",
    "loop": "loop",
    "null": "/dev/null",
  });
  await makeFifo(`${site.tree.root}/fifo`);
  using _socket = Deno.listen({ transport: "unix", path: `${site.tree.root}/socket` });
  assertEquals(linksOf(await site.text("/"), "/"), [["/file", "file"]]);
});

Deno.test("listing() has a policy that lets its own style in, and nothing else", async () => {
  await using site = await Site.make({ file: "" });
  const response = await site.get("/");
  const page = await response.text();
  const [, style = ""] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const bytes = new TextEncoder().encode(style);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
  assertEquals(
    response.headers.get("content-security-policy"),
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; ` +
      "frame-ancestors 'none'",
  );
  assertStringIncludes(style, "color-scheme: light dark");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertEquals(response.headers.get("content-length"), String(new Blob([page]).size));
});

Deno.test("listing() answers HEAD like GET", async () => {
  await using site = await Site.make({ ä: "" });
  const [get, head] = [await site.get("/"), await site.get("/", { method: "HEAD" })];
  await get.body?.cancel();
  assertEquals(head.body, null);
  assertEquals([...head.headers], [...get.headers]);
});

Deno.test("listing() shows the first of very many, and how many more there are", async () => {
  await using site = await Site.make({ "zzz/file": "" });
  for (let index = 0; index < MAX_ENTRIES + 9; index++) {
    await site.tree.write(String(index).padStart(6, "0"), "");
  }
  const page = await site.text("/");
  const links = linksOf(page, "/");
  assertEquals(links.length, MAX_ENTRIES);
  assertEquals(links.slice(0, 2), [["/zzz/", "zzz/"], ["/000000", "000000"]]);
  assertStringIncludes(page, "<p>10 more are not shown.</p>");
  assert(page.length < 1_000_000);
});
