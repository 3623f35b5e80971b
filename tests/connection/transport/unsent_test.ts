import { assert, assertEquals } from "@std/assert";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { unsentTo } from "../../../lib/connection/transport/unsent.ts";
import { lookFor } from "../../support/look_for.ts";

const ignore = Deno.build.os !== "linux";

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test({
    name: `unsentTo() tells what a peer at ${hostname} has not taken`,
    ignore,
    async fn() {
      using listener = Deno.listen({ hostname, port: 0 });
      using client = await Deno.connect({ hostname, port: listener.addr.port });
      using server = await listener.accept();
      const { port } = client.localAddr as Deno.NetAddr;
      assertEquals(unsentTo(port), 0);

      // More than both ends hold, so that something stays here until the client reads.
      const size = 32 * 1024 * 1024;
      const written = (async () => {
        const bytes = new Uint8Array(size);
        for (let sent = 0; sent < size;) sent += await server.write(bytes.subarray(sent));
      })();
      const chunk = new Uint8Array(65536);
      let read = await client.read(chunk) ?? 0;
      assert((unsentTo(port) ?? 0) > 0);
      while (read < size) read += await client.read(chunk) ?? 0;
      await written;
    },
  });
}

Deno.test({
  name: "unsentTo() does not know a port without a connection",
  ignore,
  fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    // It listens, and is nobody's peer.
    assertEquals(unsentTo(listener.addr.port), undefined);
  },
});

Deno.test({
  name: "unsentTo() does not know a port whose connections are over",
  ignore,
  async fn() {
    const hostname = "127.0.0.1";
    using listener = Deno.listen({ hostname, port: 0 });
    const { port } = listener.addr;
    const client = await Deno.connect({ hostname, port });
    const server = await listener.accept();
    // It closes first, so that its row stays behind.
    client.close();
    assertEquals(await server.read(new Uint8Array(1)), null);
    server.close();
    // TIME_WAIT: the system may come to that a little later.
    const over = `:${port.toString(16).toUpperCase().padStart(4, "0")} 06 `;
    const isOver = () => Deno.readTextFileSync("/proc/net/tcp").includes(over);
    await lookFor(isOver, () => `the end of the connection with port ${port}`);
    await nextTurn();
    assertEquals(unsentTo(port), undefined);
  },
});

Deno.test({
  name: "unsentTo() reads the tables once in a turn, however many connections end in it",
  ignore,
  async fn() {
    const { readTextFileSync } = Deno;
    let reads = 0;
    Deno.readTextFileSync = (path) => {
      reads++;
      return readTextFileSync(path);
    };
    try {
      for (const _ of [1, 2]) {
        reads = 0;
        for (let port = 1; port <= 100; port++) unsentTo(port);
        assertEquals(reads, 2);
        await nextTurn();
      }
    } finally {
      Deno.readTextFileSync = readTextFileSync;
    }
  },
});
