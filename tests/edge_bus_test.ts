import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Edge } from "./support/edge.ts";
import { Folder } from "./support/folder.ts";
import { inTime } from "./support/in_time.ts";
import { needing } from "./support/programs.ts";
import { Redis } from "./support/redis.ts";

const LIB = new URL("../lib/", import.meta.url).href;

const FLAGS = ["--no-prompt", "-A", "--unstable-kv"];

Deno.test("edge.ts says on its page that rooms are per instance where nothing joins them", async () => {
  await using edge = await Edge.serve(["--no-prompt", "--allow-net"]);
  const page = await (await fetch(edge.url.replace("ws:", "http:"))).text();
  assertStringIncludes(page, "Each instance of this app has rooms of its own");
});

Deno.test({
  ...needing(
    "edge.ts says on its page that its Redis is away, and that it is back",
    "redis-server",
  ),
  async fn() {
    await using redis = await Redis.start();
    await using edge = await Edge.serve(FLAGS, { STDWS_BUS: redis.url });
    const says = async (text: string) => {
      const http = edge.url.replace("ws:", "http:");
      while (!(await (await fetch(http)).text()).includes(text));
    };
    await says("joined by");
    await redis.crash();
    await says("cannot be reached now");
    await redis.restart();
    await says("joined by");
  },
});

Deno.test("edge.ts that is joined with others ends at SIGTERM, and tells its clients", async () => {
  await using folder = await Folder.make();
  await using edge = await Edge.serve(FLAGS, { STDWS_BUS: `kv:${folder.path}/kv` });
  const socket = new WebSocket(`${edge.url}chat/red`);
  const closed = new Promise<number>((resolve) => socket.onclose = ({ code }) => resolve(code));
  await new Promise((resolve) => socket.onopen = resolve);
  const ended = inTime(edge.stop("SIGTERM"), () => "the end of the app");
  assertEquals([await ended, await closed], [0, 1001]);
});

Deno.test("edge.ts says why its end has failed before it exits with 1", async () => {
  await using folder = await Folder.make();
  const [map, bus] = [`${folder.path}/map.json`, `${folder.path}/failing_bus.ts`];
  const imports = { [`${LIB}bus/edge_bus.ts`]: `file://${bus}` };
  await Deno.writeTextFile(map, JSON.stringify({ imports }));
  await Deno.writeTextFile(
    bus,
    `import { MemoryBuses } from "${LIB}bus/local/memory_buses.ts";
    export const EDGE_BUS = "STDWS_BUS";
    export const edgeBus = () => Object.assign(new MemoryBuses().join(), {
      [Symbol.asyncDispose]: () => Promise.reject(new Error("it does not let go")),
    });`,
  );
  await using edge = await Edge.serve([...FLAGS, "--no-check", `--import-map=${map}`]);
  const code = await inTime(edge.stop("SIGTERM"), () => "the end of the app");
  assertStringIncludes(edge.lines.all.join("\n"), "The end failed: it does not let go");
  assertEquals(code, 1);
});

for (
  const [value, why] of [
    ["nats://127.0.0.1", "expected kv, kv:PATH, redis://HOST:PORT or rediss://HOST:PORT"],
    ["local", "expected kv"],
    ["http://me:secret@127.0.0.1", "Cannot use STDWS_BUS=http://***@127.0.0.1"],
    ["kv", "Deno needs --unstable-kv for it"],
  ] as const
) {
  Deno.test(`edge.ts does not start with STDWS_BUS=${value}, and says why`, async () => {
    await using edge = new Edge(
      ["serve", "--no-prompt", "-A", "--host=127.0.0.1", "--port=0", "lib/edge.ts"],
      { STDWS_BUS: value },
    );
    await edge.other.ended;
    const said = edge.other.all.join("\n");
    assertStringIncludes(said, why);
    assert(!said.includes("secret"), said);
    assert((await edge.child.status).code !== 0);
  });
}
