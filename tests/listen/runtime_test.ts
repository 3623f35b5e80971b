import { assertEquals } from "@std/assert";
import { connect } from "node:net";
import { frame, RawClient } from "../support/client.ts";
import { Folder } from "../support/folder.ts";
import { Lines } from "../support/lines.ts";

// Where one of these fails, the runtime has mended it: the table of engines, and what is done against it, can change.

const MIB = 2 ** 20;

interface PlainServer {
  readonly url: string;
  readonly pid: number;
  readonly lines: Lines;
  /** The client of `/late` has left: lets it be answered. */
  release(): Promise<void>;
}

/** Has a process of its own serve WebSockets without anything of ours. */
async function withPlainServer(test: (server: PlainServer) => Promise<void>): Promise<void> {
  await using folder = await Folder.make();
  const held = `${folder.path}/held`;
  await Deno.writeTextFile(held, "");
  const program = new URL("plain_server.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", `--allow-read=${held}`, "--quiet", program, held],
    // It would look for a newer one half a second after its start, and have a socket for that.
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = new Lines(child.stdout);
  const release = () => Deno.remove(held);
  try {
    const port = (await lines.until(/^port/)).split(" ")[1];
    await test({ url: `ws://127.0.0.1:${port}/`, pid: child.pid, lines, release });
  } finally {
    // Most are released before, or nobody has asked.
    await release().catch(() => {});
    await child.stdin.close();
    await Promise.all([child.status, lines.ended]);
  }
}

/** How many sockets a process has, without those by which the runtime hears of signals half a second after its start. */
function networkSockets(pid: number): number {
  const inodes = Array.from(Deno.readDirSync(`/proc/${pid}/fd`)).flatMap(({ name }) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`/proc/${pid}/fd/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  const local = Deno.readTextFileSync(`/proc/${pid}/net/unix`);
  return inodes.filter((inode) => !new RegExp(` ${inode}(?: |$)`, "m").test(local)).length;
}

Deno.test({
  name:
    "Deno.serve still keeps the descriptor of a handshake that was reset, as the table of engines says",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withPlainServer(async ({ url, pid, lines, release }) => {
      // It says that a client has left before it closes the socket; when the next one is in, it has done so.
      const beside = async () => {
        const known = lines.all.length;
        using client = await RawClient.open(url);
        const count = networkSockets(pid);
        await client.close();
        await lines.after(known, /^close/);
        return count;
      };
      await beside();
      const before = await beside();
      const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.write(
        "GET /late HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      await lines.until(/^request \/late/);
      socket.resetAndDestroy();
      await closed;
      await release();
      // What it does for others it does after that.
      for (let count = 0; count < 2; count++) await beside();
      assertEquals(await beside() - before, 1);
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
