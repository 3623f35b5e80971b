import { assertEquals } from "@std/assert";
import { type Handler, serve } from "../lib/mod.ts";

for (const engine of ["native", "node"] as const) {
  Deno.test(`a server on ${engine} has something to do until its answer is out`, async () => {
    const parts = new TransformStream<Uint8Array, Uint8Array>();
    const handler: Handler = { respond: () => new Response(parts.readable) };
    await using server = await serve({
      port: 0,
      addresses: ["127.0.0.1"],
      engine,
      routes: [{ path: "*", handler }],
    });
    const writer = parts.writable.getWriter();
    const url = server.addresses[0]?.replace("ws", "http") ?? "";
    const [answer] = await Promise.all([fetch(url), writer.write(new Uint8Array(1))]);
    assertEquals([server.requests, server.quietMs], [1, 0]);
    const drained = server.drain();
    await Promise.all([answer.bytes(), writer.close()]);
    await drained;
    assertEquals(server.requests, 0);
  });
}
