import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { staticFiles } from "../../../lib/handlers/static/static.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { asNobody } from "../../support/nobody.ts";
import { makeFifo, Tree } from "../../support/tree.ts";
import { Site } from "../site.ts";

Deno.test("staticFiles() says what it serves, as it was told", async () => {
  await using tree = await Tree.make({}, { "../link": "root" });
  for (const folder of [tree.root, `${tree.root}/`, `${tree.top}/link`]) {
    assertEquals(staticFiles(folder).label, `Serving static content from : ${folder}`);
  }
});

Deno.test("staticFiles() refuses a folder that is none", async () => {
  await using tree = await Tree.make({ file: "" });
  const refuse = (folder: string, message: string, scripts?: string) =>
    assertThrows(
      () => staticFiles(folder, scripts ? { scripts: [scripts] } : {}),
      UsageError,
      message,
    );
  refuse(`${tree.root}/nothing`, 'Cannot serve static content from "');
  refuse(`${tree.root}/file`, "it is not a directory");
  refuse(tree.root, 'Cannot serve CGI scripts from "', `${tree.root}/nothing`);
});

const FILES = {
  "index.html": "the index",
  "note.txt": "a note",
  "with space": "spaced",
  ".hidden": "hidden",
  "sub/index.html": "the index of sub",
  "sub/deep/file": "deep",
  "plain/file": "a file",
  "odd/index.html/file": "an index that is a folder",
  "../secret": "SECRET",
  "../outside/index.html": "SECRET",
};
const LINKS = {
  "link": "note.txt",
  "sub-link": "sub",
  "out": "../secret",
  "out-folder": "../outside",
  "plain/index.htm": "../index.html",
  "dangling": "nothing",
};

const ANSWERS: [target: string, answer: string][] = [
  ["/", "200 the index"],
  ["//", "200 the index"],
  ["/?query", "200 the index"],
  ["/index.html", "200 the index"],
  ["/note.txt", "200 a note"],
  ["/note.txt?sub/", "200 a note"],
  ["/%6Eote.txt", "200 a note"],
  ["/with%20space", "200 spaced"],
  ["/.hidden", "200 hidden"],
  ["/link", "200 a note"],
  ["/sub/", "200 the index of sub"],
  ["/sub-link/", "200 the index of sub"],
  ["/sub//deep///file", "200 deep"],
  ["/sub%2Fdeep%2Ffile", "200 deep"],
  ["/sub/../note.txt", "200 a note"],
  ["/note.txt/../link", "200 a note"],
  ["/sub/./deep/%2E./deep/file", "200 deep"],
  ["/sub%2f%2e%2e%2fnote.txt", "200 a note"],
  // Relative links of these pages hold without another slash.
  ["/sub/deep/..", "200 the index of sub"],
  ["/sub/%2e", "200 the index of sub"],
  ["//evil.example/%2e%2e", "200 the index"],
];
for (const [target, answer] of ANSWERS) {
  Deno.test(`staticFiles() answers ${target} with ${answer}`, async () => {
    await using site = await Site.make(FILES, LINKS);
    assertEquals(await site.text(target), answer);
  });
}

const LEFT = [
  "/nothing",
  "/note.txt/",
  "/note.txt/more",
  "/note.txt%2F",
  "/NOTE.txt",
  "/out",
  "/out-folder",
  "/out-folder/",
  "/out-folder/index.html",
  "/dangling",
  "/../secret",
  "/%2e%2e/secret",
  "/sub/../nothing",
  "/note.txt/../../secret",
  "/note.txt/.",
  "/sub/..%2f..%2fsecret",
  `/${"x".repeat(10_000)}`,
];
for (const target of LEFT) {
  Deno.test(`staticFiles() leaves ${target.slice(0, 40)} to others, by any method`, async () => {
    await using site = await Site.make(FILES, LINKS);
    for (const method of ["GET", "HEAD", "POST"]) {
      assertEquals(await site.ask(target, { method }), undefined, method);
    }
  });
}

Deno.test("staticFiles() leaves a pipe to others, and does not wait for its writer", async () => {
  await using site = await Site.make();
  await makeFifo(`${site.tree.root}/fifo`);
  await makeFifo(`${site.tree.root}/index.html`);
  assertEquals(await site.ask("/fifo"), undefined);
  assertStringIncludes(await site.text("/"), "Index of /");
});

Deno.test("staticFiles() lists a folder without an index, or with one that leads elsewhere", async () => {
  await using site = await Site.make(FILES, { "plain/index.html": "../../secret" });
  for (const target of ["/plain/", "/odd/", "/sub/deep/"]) {
    const text = await site.text(target);
    assertStringIncludes(text, `<title>Index of ${target}</title>`);
    assertEquals(text.includes("SECRET"), false);
  }
});

const METHODS = ["POST", "PUT", "DELETE", "PATCH", "get", "TRACE", "BREW"];
for (const method of METHODS) {
  Deno.test(`staticFiles() answers ${method} for what it has with 405`, async () => {
    await using site = await Site.make(FILES, LINKS);
    for (const target of ["/", "/note.txt", "/sub", "/plain/"]) {
      const response = await site.get(target, { method });
      assertEquals(await response.text(), "405 Method Not Allowed\n");
      assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
    }
  });
}

const MOVED: [target: string, location: string][] = [
  ["/sub", "./sub/"],
  ["/sub?a=b&c", "./sub/?a=b&c"],
  ["//sub", "./sub/"],
  ["/sub/deep", "./deep/"],
  ["/sub%2Fdeep", "./sub%2Fdeep/"],
  ["/sub%2F", "./sub%2F/"],
  ["/sub-link", "./sub-link/"],
  ["/plain/../sub", "./sub/"],
  ["//evil.example", "./evil.example/"],
  ["/sub/../sub", "./sub/"],
];
for (const [target, location] of MOVED) {
  Deno.test(`staticFiles() leads from ${target} to "${location}"`, async () => {
    await using site = await Site.make({ ...FILES, "evil.example/file": "" }, LINKS);
    for (const method of ["GET", "HEAD"]) {
      const response = await site.ask(target, { method });
      await response?.body?.cancel();
      assertEquals(response?.headers.get("location") ?? "", location);
      assertEquals(response?.status ?? 301, 301);
    }
  });
}

Deno.test("staticFiles() logs what it answers, and leaves refusals to the gate", async () => {
  await using site = await Site.make(FILES, LINKS);
  using log = new CapturedLog();
  await site.text("/note.txt");
  await site.text("/sub");
  await site.text("/", { method: "POST" });
  await site.ask("/nothing");
  assertEquals(log.lines.map((line) => line.replace(/^.*? \| /, "")), [
    "ACCESS | http       | url:'http://host/note.txt' remote:'127.0.0.1' | STATIC",
    "ACCESS | http       | url:'http://host/sub' remote:'127.0.0.1' | STATIC",
  ]);
});

Deno.test("staticFiles() answers 403 to what the server may not read", async () => {
  await using site = await Site.make({ "file": "x", "closed/file": "x", "README": "x" });
  for (const name of ["file", "README"]) await Deno.chmod(`${site.tree.root}/${name}`, 0o200);
  await Deno.chmod(`${site.tree.root}/closed`, 0o311);
  await asNobody(async () => {
    for (const target of ["/file", "/README", "/closed/"]) {
      const response = await site.get(target);
      assertEquals([response.status, await response.text()], [403, "403 Forbidden\n"], target);
      assertEquals((await site.get(target, { method: "HEAD" })).status, 403, target);
    }
    assertEquals(await site.text("/closed/file"), "200 x");
  });
});

Deno.test("staticFiles() does not open a file of which it need not send anything", async () => {
  await using site = await Site.make({ "file": "x" });
  await Deno.chmod(`${site.tree.root}/file`, 0o200);
  await asNobody(async () => {
    const conditions = [["if-none-match", "*"], ["if-match", '"x"'], [
      "range",
      "bytes=1-",
    ]] as const;
    for (const [index, [name, value]] of conditions.entries()) {
      const response = await site.get("/file", { headers: { [name]: value } });
      await response.body?.cancel();
      assertEquals(response.status, [304, 412, 416][index]);
    }
  });
});
