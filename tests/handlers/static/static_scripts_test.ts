import { assertEquals } from "@std/assert";
import { staticFiles } from "../../../lib/handlers/static/static.ts";
import { fakeExchange, fakePlace } from "../../support/fake_place.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { Tree } from "../../support/tree.ts";
import { Site } from "../site.ts";

const FILES = {
  "page.html": "the page",
  "cgi-bin/script": "SOURCE",
  "cgi-bin/sub/script": "SOURCE",
  "cgi-bin/index.html": "SOURCE",
  "cgi-bin-docs/file": "a document",
  "sub/file": "a file",
};
const LINKS = {
  "link": "cgi-bin/script",
  "folder-link": "cgi-bin",
  "sub-link": "cgi-bin/sub",
  "sub/index.html": "../cgi-bin/script",
  "chain": "link",
};

const HIDDEN = [
  "/cgi-bin",
  "/cgi-bin/",
  "/cgi-bin/script",
  "/cgi-bin/script/rest",
  "//cgi-bin//script",
  "/cgi-bin%2Fscript",
  "/%63gi-bin/script",
  "/cgi-bin/sub",
  "/cgi-bin/sub/",
  "/cgi-bin/sub/script",
  "/cgi-bin/index.html",
  "/link",
  "/chain",
  "/folder-link",
  "/folder-link/",
  "/folder-link/script",
  "/sub-link/script",
  "/sub/index.html",
];
for (const target of HIDDEN) {
  Deno.test(`staticFiles() leaves ${target} to others, because it is a script`, async () => {
    await using site = await Site.make(FILES, LINKS, { scripts: ["cgi-bin"] });
    for (const method of ["GET", "HEAD", "POST"]) {
      assertEquals(await site.ask(target, { method }), undefined, method);
    }
  });
}

Deno.test("staticFiles() serves and lists what lies beside the scripts", async () => {
  await using site = await Site.make(FILES, LINKS, { scripts: ["cgi-bin"] });
  assertEquals(await site.text("/page.html"), "200 the page");
  assertEquals(await site.text("/cgi-bin-docs/file"), "200 a document");
  const names = (page: string) =>
    [...page.matchAll(/<bdi>([^<]*)<\/bdi><\/a>/g)].map(([, it]) => it);
  assertEquals(names(await site.text("/")), ["cgi-bin-docs/", "sub/", "page.html"]);
  // Its index is a script by another name.
  assertEquals(names(await site.text("/sub/")), ["file"]);
});

/** What a server of `folder` that has its scripts in `scripts` says to the path; 0 for nothing. */
async function status(folder: string, scripts: string, path: string): Promise<number> {
  const handler = staticFiles(folder, { scripts: [scripts] });
  const response = await handler.respond?.(fakeRequest({ path }), fakeExchange(), fakePlace());
  await response?.body?.cancel();
  return response?.status ?? 0;
}

Deno.test("staticFiles() knows the scripts' folder by whatever name it is given", async () => {
  await using tree = await Tree.make(FILES, { ...LINKS, "../elsewhere": "root/cgi-bin" });
  const names = [
    "cgi-bin",
    "cgi-bin/",
    "sub/../cgi-bin",
    "./cgi-bin",
    "folder-link",
    "../elsewhere",
  ];
  for (const name of names) {
    const scripts = `${tree.root}/${name}`;
    assertEquals(await status(tree.root, scripts, "/cgi-bin/script"), 0, name);
    assertEquals(await status(tree.root, scripts, "/page.html"), 200, name);
  }
});

Deno.test("staticFiles() serves nothing where all of it lies in the scripts' folder", async () => {
  await using tree = await Tree.make(FILES, LINKS);
  for (const scripts of [tree.root, tree.top, "/"]) {
    for (const path of ["/", "/page.html", "/sub", "/cgi-bin/script"]) {
      assertEquals(await status(tree.root, scripts, path), 0, `${scripts} ${path}`);
    }
  }
});

Deno.test("staticFiles() serves all where the scripts lie elsewhere", async () => {
  await using tree = await Tree.make({ ...FILES, "../cgi/script": "" }, { into: "../cgi/script" });
  const scripts = `${tree.top}/cgi`;
  assertEquals(await status(tree.root, scripts, "/cgi-bin/script"), 200);
  assertEquals(await status(tree.root, scripts, "/into"), 0);
});
