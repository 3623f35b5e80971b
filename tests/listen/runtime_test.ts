import { assertEquals } from "@std/assert";
import { connect } from "node:net";
import { frame, RawClient } from "../support/client.ts";
import { Lines } from "../support/lines.ts";

// Where one of these fails, the runtime has mended it: the table of engines, and what is done against it, can change.

const MIB = 2 ** 20;

/** Has a process of its own serve WebSockets without anything of ours. */
async function withPlainServer(
  test: (server: { url: string; pid: number; lines: Lines }) => Promise<void>,
): Promise<void> {
  const program = new URL("plain_server.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--quiet", program],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = new Lines(child.stdout);
  try {
    const port = (await lines.until(/^port/)).split(" ")[1];
    await test({ url: `ws://127.0.0.1:${port}/`, pid: child.pid, lines });
  } finally {
    await child.stdin.close();
    await Promise.all([child.status, lines.ended]);
  }
}

Deno.test({
  name:
    "Deno.serve still keeps the descriptor of a handshake that was reset, as the table of engines says",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withPlainServer(async ({ url, pid, lines }) => {
      const sockets = () =>
        Array.from(Deno.readDirSync(`/proc/${pid}/fd`)).filter(({ name }) => {
          try {
            return Deno.readLinkSync(`/proc/${pid}/fd/${name}`).startsWith("socket:");
          } catch {
            return false;
          }
        }).length;
      {
        using client = await RawClient.open(url);
        await client.close();
        await lines.until(/^close/);
      }
      const before = sockets();
      const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(
        "GET /late HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      await lines.until(/^request \/late/);
      socket.resetAndDestroy();
      await closed;
      // What it does for others it does after that.
      for (let count = 0; count < 3; count++) {
        const known = lines.all.length;
        using client = await RawClient.open(url);
        await client.close();
        await lines.after(known, /^close/);
      }
      assertEquals(sockets() - before, 1);
    });
  },
});

Deno.test("Deno.upgradeWebSocket() still joins fragments without a limit, as the table of engines says", async () => {
  await withPlainServer(async ({ url, lines }) => {
    using client = await RawClient.open(url);
    const payload = new Uint8Array(MIB).fill(0x61);
    const middle = frame(0x00, payload);
    await client.bytes(frame(0x01, payload));
    for (let sent = 2; sent < 100; sent++) await client.bytes(middle);
    await client.bytes(frame(0x80, payload));
    // A single frame may have 64 MiB.
    assertEquals(await lines.until(/^message|^close/), `message ${100 * MIB} aaaaaaaaaa`);
  });
});

Deno.test("Deno.upgradeWebSocket() still drops an incomplete character at the end of fragments, as the table of engines says", async () => {
  await withPlainServer(async ({ url, lines }) => {
    using client = await RawClient.open(url);
    await client.frame(0x01, new TextEncoder().encode("a"));
    await client.frame(0x80, new TextEncoder().encode("é").subarray(0, 1));
    assertEquals(await lines.until(/^message|^close/), "message 1 a");
  });
});
