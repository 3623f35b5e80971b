import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "./support/client.ts";
import { Edge } from "./support/edge.ts";
import { ROOT } from "./support/server.ts";

// Those that an edge function has here: none but these.
const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-env=DENO_DEPLOY"];

const STARTS: [name: string, start: () => Promise<Edge>][] = [
  ["deno serve lib/edge.ts", () => Edge.serve(PERMISSIONS)],
  ["main.ts with DENO_DEPLOY", async () => {
    // The second variable is how a platform tells the runtime where to listen.
    const env = { DENO_DEPLOY: "1", DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" };
    const edge = new Edge(["run", ...PERMISSIONS, "main.ts"], env);
    const line = await edge.lines.until(/Serving the edge app/);
    edge.url = `ws://127.0.0.1:${line.match(/port (\d+)/)?.[1]}/`;
    return edge;
  }],
];

for (const [name, start] of STARTS) {
  Deno.test(`${name} echoes at /echo`, async () => {
    await using edge = await start();
    using client = await RawClient.open(`${edge.url}echo`);
    await client.send("hello");
    assertEquals(await client.next(), { kind: "text", data: "hello" });
    await client.send(Uint8Array.of(0, 255));
    assertEquals(await client.next(), { kind: "binary", data: Uint8Array.of(0, 255) });
  });

  Deno.test(`${name} has a chat room at each /chat/:room`, async () => {
    await using edge = await start();
    using ann = await RawClient.open(`${edge.url}chat/red`);
    using bob = await RawClient.open(`${edge.url}chat/red`);
    using eve = await RawClient.open(`${edge.url}chat/blue`);
    await eve.send("blue");
    assertEquals(await eve.text(), "blue");
    await ann.send("red");
    // Had the message from the other room come here, it would have come first.
    assertEquals([await ann.text(), await bob.text()], ["red", "red"]);
  });

  Deno.test(`${name} refuses other paths`, async () => {
    await using edge = await start();
    for (const path of ["", "chat/", "chat/a/b", "nothing"]) {
      using client = await RawClient.request(`${edge.url}${path}`);
      assertEquals([path, client.answer.status], [path, 404]);
    }
  });

  Deno.test(`${name} has a page at / whose parts are all its own`, async () => {
    await using edge = await start();
    const http = edge.url.replace("ws:", "http:");
    const page = await fetch(http);
    const text = await page.text();
    assertMatch(page.headers.get("content-type") ?? "", /^text\/html/);
    assertStringIncludes(text, "/echo");
    const policy = page.headers.get("content-security-policy") ?? "";
    assertStringIncludes(policy, "default-src 'none'");
    assert(!policy.includes("unsafe"));
    const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    assertEquals(parts, ["/try.css", "/try.js"]);
    for (const part of parts) {
      const answer = await fetch(new URL(part, http));
      assertEquals(answer.status, 200);
      assert((await answer.text()).length > 100);
    }
    const client = await fetch(new URL("/_stdws/client.js", http));
    assertStringIncludes(await client.text(), "export class ResumingWebSocket");
    const missing = await fetch(new URL("/favicon.ico", http));
    assertEquals([missing.status, await missing.text()], [404, "404 Not Found\n"]);
  });
}

Deno.test("main.ts with DENO_DEPLOY closes with 1001 and exits with 0 on SIGINT", async () => {
  const [, start] = STARTS[1] as (typeof STARTS)[number];
  await using edge = await start();
  using client = await RawClient.open(`${edge.url}echo`);
  const [close, code] = await Promise.all([
    client.next().then(async (received) => {
      await client.close(1001);
      return received;
    }),
    edge.stop("SIGINT"),
  ]);
  assert(close.kind === "close");
  assertEquals([close.code, code], [1001, 0]);
});

Deno.test("edge.ts imports nothing that starts processes", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/edge.ts"],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const files: string[] = modules.map((module: { specifier: string }) => module.specifier);
  assert(files.some((file) => file.endsWith("lib/handlers/echo.ts")));
  assertEquals(
    files.filter((file) => /lib\/(process|cli)\/|handlers\/(process|registry)/.test(file)),
    [],
  );
  for (const file of files.filter((file) => file.startsWith("file:"))) {
    assert(!/Deno\.(Command|run)\b/.test(await Deno.readTextFile(new URL(file))), file);
  }
});

Deno.test("deno.json names the entrypoint for Deno Deploy", async () => {
  const { deploy } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assert((await Deno.stat(`${ROOT}${deploy.runtime.entrypoint}`)).isFile);
});
