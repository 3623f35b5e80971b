import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** The answer to a GET, with its text. */
async function get(
  server: TestServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const answer = await fetch(server.url.replace(/^ws/, "http") + path, { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const PATH = "_stdws/client.js";
const SERVERS: [what: string, args: string[]][] = [
  ["beside a program", ["cat"]],
  ["beside a console for all paths", ["--devconsole", "cat"]],
  ["beside pages behind a secret", ["--auth=token:tokens", "--staticdir=.", "cat"]],
  ["below a base path", ["--base-path=/below", "--echo"]],
];
for (const [what, args] of SERVERS) {
  testEach(`stdws serves its client ${what}`, async (form) => {
    await using tree = await Tree.make({ tokens: "0123456789abcdef0123456789abcdef\n" });
    await using server = await TestServer.start(args, { form, cwd: tree.root });
    const { status, headers, text } = await get(server, PATH);
    assertEquals([status, headers.get("content-type")], [
      200,
      "text/javascript; charset=utf-8",
    ]);
    assertStringIncludes(text, "export class ResumingWebSocket");
    const etag = headers.get("etag") ?? "";
    // Deno 2.6 compresses, and makes it weak by that.
    assert(/^(W\/)?"[\w-]{43}"$/.test(etag), etag);
    const again = await get(server, PATH, { "If-None-Match": etag });
    assertEquals([again.status, again.text], [304, ""]);
    assertEquals(again.headers.get("etag"), etag.replace(/^W\//, ""));
    const other = await get(server, PATH, { "If-None-Match": '"other"' });
    assertEquals([other.status, other.text], [200, text]);
  });
}

testEach("stdws serves what a route has at the place of its client", async (form) => {
  await using tree = await Tree.make({ "_stdws/client.js": "mine" });
  const route = `--route=/_stdws/*=static ${tree.root}/_stdws`;
  await using server = await TestServer.start([route, "--echo"], { form });
  const { status, text } = await get(server, PATH);
  assertEquals([status, text], [200, "mine"]);
  assertEquals((await get(server, "_stdws/other.js")).status, 404);
});
