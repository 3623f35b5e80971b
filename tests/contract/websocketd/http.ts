import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../../support/client.ts";
import { type Form, TestServer } from "../../support/server.ts";
import { inFolder, type Line, PLAIN, writeScript } from "./line.ts";

/** Serves a static folder with a CGI folder in it. */
async function withSite(
  form: Form,
  use: (url: string, server: TestServer) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/site/list`, { recursive: true });
    await Deno.mkdir(`${folder}/site/cgi-bin`);
    await Deno.writeTextFile(`${folder}/site/index.html`, "<p>index");
    await Deno.writeTextFile(`${folder}/site/a.txt`, "0123456789");
    await Deno.writeTextFile(`${folder}/site/list/<b>.js`, "1");
    await Deno.writeTextFile(`${folder}/outside`, "secret");
    await Deno.symlink("../outside", `${folder}/site/link`);
    const scripts = `${folder}/site/cgi-bin`;
    await writeScript(
      `${scripts}/show`,
      'printf "Status: 201 Made\\nContent-Type: text/plain\\nX-A: b\\n\\n"\n' +
        'echo "$REQUEST_METHOD $CONTENT_LENGTH $CONTENT_TYPE $PATH_INFO $QUERY_STRING"; cat',
    );
    await writeScript(`${scripts}/fails`, "exit 3");
    await writeScript(`${scripts}/moved`, 'printf "Location: http://example.com/\\n\\n"');
    await writeScript(
      `${scripts}/slow`,
      'printf "Content-Type: text/plain\\n\\nfirst\\n"; exec sleep 1000',
    );
    const args = [`--staticdir=${folder}/site`, `--cgidir=${scripts}`, "--maxforks=1", "cat"];
    await using server = await TestServer.start(args, { form });
    await use(server.url.replace("ws", "http"), server);
  });
}

async function statusOf(server: TestServer, target: string): Promise<number> {
  using client = await RawClient.request(server.url, { target, headers: PLAIN });
  return client.answer.status;
}

export const HTTP: readonly Line[] = [
  ["static: GET and HEAD, right media types", (form) =>
    withSite(form, async (url) => {
      const get = await fetch(`${url}a.txt`);
      assertEquals([get.status, await get.text()], [200, "0123456789"]);
      assertMatch(get.headers.get("content-type") ?? "", /^text\/plain; *charset=utf-8$/i);
      const head = await fetch(`${url}a.txt`, { method: "HEAD" });
      assertEquals([head.status, head.headers.get("content-length")], [200, "10"]);
      const post = await fetch(`${url}a.txt`, { method: "POST" });
      await post.body?.cancel();
      assertEquals(post.status, 405);
    })],
  [
    "static: index.html for a folder, a listing when it has none",
    (form) =>
      withSite(form, async (url) => {
        assertEquals(await (await fetch(url)).text(), "<p>index");
        const listing = await (await fetch(`${url}list/`)).text();
        assertStringIncludes(listing, "&lt;b&gt;.js");
        assert(!listing.includes("<b>"));
      }),
  ],
  ["static: ranges, ETag, Last-Modified and 304", (form) =>
    withSite(form, async (url) => {
      const part = await fetch(`${url}a.txt`, { headers: { Range: "bytes=2-4" } });
      assertEquals([part.status, await part.text()], [206, "234"]);
      assertEquals(part.headers.get("content-range"), "bytes 2-4/10");
      const etag = part.headers.get("etag") ?? "";
      const modified = part.headers.get("last-modified") ?? "";
      for (const headers of [{ "If-None-Match": etag }, { "If-Modified-Since": modified }]) {
        assertEquals((await fetch(`${url}a.txt`, { headers })).status, 304);
      }
    })],
  [
    "static: never outside the folder, symlinks included",
    (form) =>
      withSite(form, async (_url, server) => {
        for (const target of ["/../outside", "/%2e%2e/outside", "/..%2foutside", "/link"]) {
          assertEquals(await statusOf(server, target), 404, target);
        }
      }),
  ],
  [
    "better: a file in a --cgidir inside the --staticdir is never served as source",
    (form) =>
      withSite(form, async (_url, server) => {
        assertEquals(await statusOf(server, "/cgi-bin/show"), 404);
      }),
  ],
  [
    "CGI: the path names the script, its head and body become the answer",
    (form) =>
      withSite(form, async (url) => {
        const answer = await fetch(`${url}show/more?q=1`, {
          method: "POST",
          headers: { "Content-Type": "text/x-test" },
          body: "body",
        });
        assertEquals([answer.status, answer.headers.get("x-a")], [201, "b"]);
        assertEquals(await answer.text(), "POST 4 text/x-test /more q=1\nbody");
      }),
  ],
  ["CGI: never outside", (form) =>
    withSite(form, async (_url, server) => {
      assertEquals(await statusOf(server, "/%2e%2e/%2e%2e/outside"), 404);
    })],
  ["CGI: Location", (form) =>
    withSite(form, async (url) => {
      const answer = await fetch(`${url}moved`, { redirect: "manual" });
      await answer.body?.cancel();
      assertEquals([answer.status, answer.headers.get("location")], [302, "http://example.com/"]);
    })],
  [
    "CGI: a script that fails before its headers: 500",
    (form) =>
      withSite(form, async (_url, server) => assertEquals(await statusOf(server, "/fails"), 500)),
  ],
  ["CGI: streamed, and it counts as a fork: 429", (form) =>
    withSite(form, async (url, server) => {
      const abort = new AbortController();
      const slow = await fetch(`${url}slow`, { signal: abort.signal });
      const reader = slow.body?.getReader();
      assertEquals(new TextDecoder().decode((await reader?.read())?.value), "first\n");
      assertEquals(await statusOf(server, "/show"), 429);
      using socket = await RawClient.request(server.url);
      assertEquals(socket.answer.status, 429);
      abort.abort();
      await reader?.closed.catch(() => {});
    })],
];
