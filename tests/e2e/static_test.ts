import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const PAGE = "<!doctype html><title>Served</title>\n";
const FILES = {
  "index.html": PAGE,
  "note.txt": "a note\n",
  "sub/file": "x",
  "../secret": "SECRET",
};
const LINKS = { out: "../secret", top: "/" };

/** Sends a request that is none for an upgrade, as it is written. */
async function ask(
  server: TestServer,
  target: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; headers: Headers; body: string }> {
  const none = { Upgrade: undefined, Connection: "close", "Sec-WebSocket-Version": undefined };
  using client = await RawClient.request(server.url, {
    method,
    target,
    headers: { ...none, "Sec-WebSocket-Key": undefined, ...headers },
  });
  return client.answer;
}

async function serving(
  form: Form,
  args: (tree: Tree) => readonly string[],
  test: (server: TestServer, tree: Tree) => Promise<void>,
): Promise<void> {
  await using tree = await Tree.make(FILES, LINKS);
  await using server = await TestServer.start(args(tree), { form });
  await test(server, tree);
}
const alone = (tree: Tree) => [`--staticdir=${tree.root}`];

testEach("stdws --staticdir serves files and lists, and logs it", async (form) => {
  await serving(form, alone, async (server, tree) => {
    await server.stdout.until(new RegExp(`Serving static content from : ${tree.root}$`));
    assertEquals((await ask(server, "/")).body, PAGE);
    const note = await ask(server, "/note.txt");
    assertEquals([note.status, note.body], [200, "a note\n"]);
    assertEquals(note.headers.get("content-type")?.toLowerCase(), "text/plain; charset=utf-8");
    assertStringIncludes((await ask(server, "/sub/")).body, '<a href="file">');
    assertEquals((await ask(server, "/sub?q")).headers.get("location"), "./sub/?q");
    assertEquals((await ask(server, "/nothing")).status, 404);
    await server.stdout.until(/ACCESS \| http {7}\| url:'http:\S+\/note\.txt' .*\| STATIC$/);
    await server.stdout.until(/ACCESS \| http {7}\| url:'http:\S+\/nothing' .*\| NOT FOUND$/);
  });
});

testEach(
  "stdws --staticdir COMMAND has pages for requests, processes for sockets",
  async (form) => {
    await serving(form, (tree) => [...alone(tree), "cat"], async (server) => {
      assertEquals((await ask(server, "/")).body, PAGE);
      using client = await RawClient.open(server.url);
      await client.send("to the process");
      assertEquals(await client.text(), "to the process");
      assertEquals((await ask(server, "/note.txt")).body, "a note\n");
    });
  },
);

testEach("stdws --staticdir alone answers a request for an upgrade with the page", async (form) => {
  await serving(form, alone, async (server) => {
    using client = await RawClient.request(server.url);
    assertEquals([client.answer.status, client.answer.body], [200, PAGE]);
  });
});

testEach("stdws --staticdir answers HEAD, ranges, conditions and other methods", async (form) => {
  await serving(form, alone, async (server) => {
    const get = await ask(server, "/note.txt");
    const head = await ask(server, "/note.txt", {}, "HEAD");
    // Deno 2.6 adds Vary to what has a body.
    const named = (headers: Headers) =>
      [...headers].filter(([name]) => !["date", "vary"].includes(name));
    assertEquals(named(head.headers), named(get.headers));
    assertEquals(head.headers.get("content-length"), "7");
    const part = await ask(server, "/note.txt", { Range: "bytes=2-3" });
    assertEquals([part.status, part.body, part.headers.get("content-range")], [
      206,
      "no",
      "bytes 2-3/7",
    ]);
    const parts = await ask(server, "/note.txt", { Range: "bytes=0-0,-1" });
    assertEquals(parts.status, 206);
    assertStringIncludes(parts.body, "Content-Range: bytes 6-6/7\r\n\r\n\n\r\n--");
    assertEquals((await ask(server, "/note.txt", { Range: "bytes=7-" })).status, 416);
    const etag = get.headers.get("etag") ?? "";
    assertEquals((await ask(server, "/note.txt", { "If-None-Match": etag })).status, 304);
    const date = get.headers.get("last-modified") ?? "";
    assertEquals((await ask(server, "/note.txt", { "If-Modified-Since": date })).status, 304);
    assertEquals((await ask(server, "/note.txt", { "If-Match": '"x"' })).status, 412);
    const posted = await ask(server, "/note.txt", { "Content-Length": "0" }, "POST");
    assertEquals([posted.status, posted.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  });
});

testEach("stdws --staticdir is understood by who takes compressed answers", async (form) => {
  await serving(form, alone, async (server, tree) => {
    const text = "again and again ".repeat(10_000);
    await tree.write("long.txt", text);
    const url = `${server.url.replace("ws:", "http:")}long.txt`;
    // Deno 2.6 compresses by itself, which takes the length away and makes tags weak.
    const response = await fetch(url);
    assertEquals(await response.text(), text);
    const etag = response.headers.get("etag") ?? "";
    const again = await fetch(url, { headers: { "If-None-Match": etag } });
    assertEquals([again.status, await again.text()], [304, ""]);
    const part = await fetch(url, { headers: { Range: "bytes=16-22" } });
    assertEquals([part.status, await part.text()], [206, "again a"]);
  });
});

testEach(
  "stdws --staticdir keeps a connection in step over many kinds of answers",
  async (form) => {
    await serving(form, alone, async (server) => {
      const client = Deno.createHttpClient({ poolMaxIdlePerHost: 1, http2: false });
      const url = server.url.replace("ws:", "http:");
      for (
        const [path, method, status] of [
          ["note.txt", "HEAD", 200],
          ["nothing", "HEAD", 404],
          ["sub/", "HEAD", 200],
          ["sub", "HEAD", 301],
          ["note.txt", "POST", 405],
          ["note.txt", "GET", 200],
        ] as const
      ) {
        const response = await fetch(url + path, { method, client, redirect: "manual" });
        const body = await response.text();
        assertEquals([response.status, body === ""], [status, method === "HEAD"], path);
      }
      client.close();
    });
  },
);

const ATTACKS = [
  "/../secret",
  "/sub/../../secret",
  "/%2e%2e/secret",
  "/%2E%2e%2fsecret",
  "/..%2Fsecret",
  "/sub%2f..%2f..%2fsecret",
  "/%252e%252e/secret",
  "/..%5csecret",
  "/..\\secret",
  "/%c0%ae%c0%ae/secret",
  "/.%00./secret",
  "/note.txt%00.html",
  "/note.txt/../../secret",
  "/note.txt/%2e%2e/..%2fsecret",
  "/out",
  "/top/etc/passwd",
  "/top/",
  "//etc/passwd",
  "/%2Fetc%2Fpasswd",
  "/./../secret",
  "/%",
];
testEach("stdws --staticdir never leaves its folder", async (form) => {
  await serving(form, alone, async (server, tree) => {
    for (const target of ATTACKS.concat(`/${tree.top}/secret`, `${server.url}../secret`)) {
      const { status, body } = await ask(server, target);
      assert([400, 404].includes(status), `${target}: ${status}`);
      assert(!body.includes("SECRET") && !body.includes("root:"), target);
    }
    assertEquals((await ask(server, "/")).body.includes("SECRET"), false);
  });
});

testEach("stdws --staticdir leads to no other server", async (form) => {
  await serving(form, alone, async (server, tree) => {
    await tree.write("evil.example/sub/file", "");
    for (
      const [target, path] of [
        ["//evil.example", "//evil.example/"],
        ["//evil.example/sub", "//evil.example/sub/"],
        ["http://evil.example/sub", "/sub/"],
      ] as const
    ) {
      const { status, headers } = await ask(server, target);
      const base = new URL(server.url);
      const at = new URL(target.startsWith("/") ? base.origin + target : target, base);
      const url = new URL(headers.get("location") ?? "", at);
      assertEquals([status, url.origin, url.pathname], [301, at.origin, path], target);
    }
  });
});

testEach("stdws --cgidir inside --staticdir: no script is served as a file", async (form) => {
  const args = (tree: Tree) => [...alone(tree), `--cgidir=${tree.root}/cgi-bin`];
  await using tree = await Tree.make(
    { ...FILES, "cgi-bin/script": "SECRET\n", "cgi-bin/sub/note.txt": "SECRET\n" },
    { link: "cgi-bin/script" },
  );
  await using server = await TestServer.start(args(tree), { form });
  const targets = ["/cgi-bin/script", "/cgi-bin/sub/note.txt", "/cgi-bin/", "/link"];
  for (
    const target of targets.concat("/cgi-bin", "/cgi-bin/%73cript", "/sub/%2e./cgi-bin/script")
  ) {
    const { body } = await ask(server, target);
    assert(!body.includes("SECRET"), target);
  }
  assertEquals((await ask(server, "/link")).status, 404);
  assertEquals((await ask(server, "/")).body, PAGE);
});

testEach("stdws --staticdir serves 100 downloads at once", async (form) => {
  await serving(form, alone, async (server, tree) => {
    const bytes = Uint8Array.from({ length: 1_000_003 }, (_, at) => (at * at) % 253);
    await tree.write("big.bin", bytes);
    const digest = async (data: BufferSource) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
    const url = `${server.url.replace("ws:", "http:")}big.bin`;
    const digests = await Promise.all(Array.from({ length: 100 }, async () => {
      const response = await fetch(url);
      return await digest(await response.bytes());
    }));
    assertEquals(digests, Array(100).fill(await digest(bytes)));
  });
});
