import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { confine, type Confined } from "../../../lib/base/confine.ts";
import { sendFile } from "../../../lib/handlers/static/send_file.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { Site } from "../site.ts";

const TEN = "0123456789";

Deno.test("sendFile() sends a file with all that tells what it is", async () => {
  await using site = await Site.make({ "a.html": TEN });
  await site.tree.age("a.html");
  const { status, headers, ...response } = await site.get("/a.html").then(read);
  assertEquals([status, response.text], [200, TEN]);
  assertMatch(headers.etag ?? "", /^(W\/)?"[^"]+"$/);
  delete headers.etag;
  assertEquals(headers, {
    "accept-ranges": "bytes",
    "content-length": "10",
    "content-type": "text/html; charset=UTF-8",
    "last-modified": "Sat, 03 Feb 2001 04:05:06 GMT",
    "x-content-type-options": "nosniff",
  });
});

for (const name of ["a.html", "README", "binary", "empty.txt", "empty", "folder/"]) {
  Deno.test(`sendFile() answers HEAD like GET, without the body: ${name}`, async () => {
    const files = { "a.html": TEN, README: TEN, binary: "\0", "empty.txt": "", empty: "" };
    await using site = await Site.make({ ...files, "folder/index.html": TEN });
    const get = await site.get(`/${name}`).then(read);
    const head = await site.get(`/${name}`, { method: "HEAD" });
    assertEquals(head.body, null);
    assertEquals({ ...await read(head), text: get.text }, get);
    assertEquals(get.headers["content-length"], String(get.text.length));
  });
}

Deno.test("sendFile() sends one range", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  for (const range of ["bytes=2-5", "bytes=2-5,20-"]) {
    const { status, headers, text } = await site.get("/a.txt", { headers: { range } }).then(read);
    assertEquals([status, text], [206, "2345"]);
    assertEquals(headers["content-range"], "bytes 2-5/10");
    assertEquals(headers["content-length"], "4");
    assertEquals(headers["content-type"], "text/plain; charset=UTF-8");
    assert(headers.etag && headers["last-modified"]);
  }
});

Deno.test("sendFile() sends several ranges as parts", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  const range = "bytes=7-,0-1";
  const { status, headers, text } = await site.get("/a.txt", { headers: { range } }).then(read);
  assertEquals([status, headers["content-range"]], [206, undefined]);
  const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(headers["content-type"] ?? "");
  assertEquals(
    text.replaceAll(boundary?.[1] ?? "-", "B"),
    "--B\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Range: bytes 7-9/10\r\n\r\n789" +
      "\r\n--B\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01" +
      "\r\n--B--\r\n",
  );
  assertEquals(headers["content-length"], String(text.length));
});

Deno.test("sendFile() answers 416 with the size to a range that is not there", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  const headers = { range: "bytes=10-" };
  const response = await site.get("/a.txt", { headers }).then(read);
  assertEquals([response.status, response.text], [416, "416 Range Not Satisfiable\n"]);
  assertEquals(response.headers["content-range"], "bytes */10");
});

Deno.test("sendFile() never sends more than the file for ranges upon ranges", async () => {
  await using site = await Site.make({ "a.txt": TEN.repeat(1_000) });
  for (const range of [`bytes=${"0-,".repeat(1_000)}`, `bytes=${"0-9999,".repeat(16)}`]) {
    const response = await site.get("/a.txt", { headers: { range } }).then(read);
    assertEquals([response.status, response.text.length], [200, 10_000]);
  }
});

Deno.test("sendFile() answers 200 to a range of an empty file", async () => {
  await using site = await Site.make({ "a.txt": "" });
  for (const range of ["bytes=0-", "bytes=-5"]) {
    const { status, headers, text } = await site.get("/a.txt", { headers: { range } }).then(read);
    assertEquals([status, text, headers["content-length"]], [200, "", "0"]);
  }
});

Deno.test("sendFile() answers 304 to who has it, and 200 again when it has changed", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  await site.tree.age("a.txt");
  const { etag = "", "last-modified": date = "" } = (await site.get("/a.txt").then(read)).headers;
  const conditions = [{ "if-none-match": etag }, { "if-modified-since": date }];
  for (const headers of conditions) {
    for (const method of ["GET", "HEAD"]) {
      const response = await site.get("/a.txt", { method, headers });
      assertEquals([response.status, response.body], [304, null]);
      assertEquals(response.headers.get("etag"), etag);
      assertEquals(response.headers.get("content-length"), null);
    }
  }
  await site.tree.write("a.txt", "abcdefghij");
  for (const headers of conditions) {
    assertEquals(await site.text("/a.txt", { headers }), "200 abcdefghij");
  }
});

Deno.test("sendFile() tells files apart that have one size and one date", async () => {
  await using site = await Site.make({ "a.txt": TEN, "b.txt": "abcdefghij" });
  for (const name of ["a.txt", "b.txt"]) await site.tree.age(name);
  const before = await site.get("/a.txt").then(read);
  await Deno.rename(`${site.tree.root}/b.txt`, `${site.tree.root}/a.txt`);
  const after = await site.get("/a.txt").then(read);
  assertEquals(after.headers["last-modified"], before.headers["last-modified"]);
  assertNotEquals(after.headers.etag, before.headers.etag);
});

Deno.test("sendFile() answers 412 to who expects another state", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  const headers = { "if-match": '"other"' };
  assertEquals(await site.text("/a.txt", { headers }), "412 412 Precondition Failed\n");
});

Deno.test("sendFile() says no date of the future", async () => {
  await using site = await Site.make({ "a.txt": TEN });
  await site.tree.age("a.txt", new Date("2090-01-01"));
  const { headers } = await site.get("/a.txt").then(read);
  assert(Date.parse(headers["last-modified"] ?? "") <= Date.now());
  assertMatch(headers.etag ?? "", /^W\//);
});

Deno.test("sendFile() reaches what lies beyond 4 GiB", async () => {
  await using site = await Site.make();
  const size = 5 * 2 ** 30;
  await site.tree.grow("big.bin", size);
  using file = await Deno.open(`${site.tree.root}/big.bin`, { write: true });
  await file.seek(size - 10, Deno.SeekMode.Start);
  await file.write(new TextEncoder().encode(TEN));
  const ask = async (range: string) =>
    await site.get("/big.bin", { headers: { range } }).then(read);
  for (const range of [`bytes=${size - 8}-${size - 6}`, `bytes=${size - 8}-${size - 6},${size}-`]) {
    const { headers, text } = await ask(range);
    assertEquals(text, "234");
    assertEquals(headers["content-range"], `bytes ${size - 8}-${size - 6}/${size}`);
  }
  assertEquals((await ask("bytes=-10")).text, TEN);
  assertEquals((await ask(`bytes=${size}-`)).headers["content-range"], `bytes */${size}`);
  const { headers } = await site.get("/big.bin", { method: "HEAD" });
  assertEquals(headers.get("content-length"), String(size));
});

Deno.test("sendFile() goes by what it has opened, not by what was there when it was found", async () => {
  await using site = await Site.make({ "a.txt": TEN, "new": "abc" });
  const found = await confine(site.tree.root, "/a.txt");
  await Deno.rename(`${site.tree.root}/new`, `${site.tree.root}/a.txt`);
  const { headers } = await site.get("/a.txt", { method: "HEAD" });
  const ask = async (headers: Record<string, string>) =>
    await sendFile(fakeRequest({ path: "/a.txt", headers }), found as Confined).then(read);
  const whole = await ask({});
  assertEquals([whole.text, whole.headers["content-length"]], ["abc", "3"]);
  assertEquals(whole.headers.etag, headers.get("etag"));
  assertEquals((await ask({ "if-none-match": headers.get("etag") ?? "" })).status, 304);
  assertEquals((await ask({ range: "bytes=3-" })).headers["content-range"], "bytes */3");
});

Deno.test("sendFile() ends with an error, and logs it, when the file becomes shorter", async () => {
  await using site = await Site.make({ "a.txt": "x".repeat(200_000) });
  using log = new CapturedLog("error");
  const reader = (await site.get("/a.txt")).body?.getReader();
  const first = await reader?.read();
  await Deno.truncate(`${site.tree.root}/a.txt`, first?.value?.length);
  const failed = await reader?.read().then(() => "", (reason) => String(reason));
  assertEquals(failed, "it ends at byte 65536");
  assertEquals(log.messages, [
    `ERROR http: Cannot send all of "${site.tree.root}/a.txt": it ends at byte 65536`,
  ]);
});

Deno.test("sendFile() sends what was there when the file was removed or has grown since", async () => {
  await using site = await Site.make({ "a.txt": TEN, "b.txt": TEN });
  const responses = [await site.get("/a.txt"), await site.get("/b.txt")];
  await Deno.remove(`${site.tree.root}/a.txt`);
  await site.tree.write("b.txt", TEN.repeat(2));
  for (const response of responses) assertEquals(await response.text(), TEN);
});

interface Read {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly text: string;
}

async function read(response: Response): Promise<Read> {
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: await response.text() };
}
