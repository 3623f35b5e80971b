import { assert, assertEquals } from "@std/assert";
import { connect } from "node:net";
import { RawClient } from "../support/client.ts";
import { inTime } from "../support/in_time.ts";
import { peakOf, pidIn, untilIdle } from "../support/processes.ts";
import { TestServer } from "../support/server.ts";
import { abuse, type Attack } from "./abuse.ts";

const MIB = 2 ** 20;
const LINES = 300_000;

/** A server on a Unix socket, where nobody can ask how much a client has read. */
async function onSocket(
  attack: Attack,
  command: readonly string[],
  use: (url: string, path: string, server: TestServer) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/socket`;
    const form = attack.engine === "node" ? "node" : "deno run";
    const args = [`--unixsocket=${path}`, "--port=0", "--address=127.0.0.1", ...command];
    await using server = await TestServer.startAt(args, { form });
    await use("ws://server/", path, server);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

abuse("a program that writes empty lines to a client that does not read", async (attack) => {
  const routes = ["--route=/yes=process sh -c 'echo $$; exec yes \"\"'"];
  await onSocket(attack, routes, async (url, path, server) => {
    using stuck = await RawClient.open(`${url}yes`, {
      conn: await Deno.connect({ transport: "unix", path }),
    });
    const pid = pidIn(await stuck.text());
    // Both wait for the client then.
    await untilIdle(pid);
    await untilIdle(server.pid);
    const peak = peakOf(server.pid);
    attack.note({ peak });
    assert(peak < 400 * MIB, `it takes ${peak} bytes`);
  });
});

abuse(`a program that writes ${LINES} empty lines to a client that reads`, async (attack) => {
  const command = ["sh", "-c", `yes '' | head -n ${LINES}`];
  await onSocket(attack, command, async (_url, path, server) => {
    const { bytes, head } = await everything(path);
    assert(head.startsWith("HTTP/1.1 101 "), head);
    // Each of them a frame of two bytes, and the close frame with 1000.
    assertEquals(bytes, 2 * LINES + 4);
    attack.note({ counted: LINES, peak: peakOf(server.pid) });
  });
});

/** Reads all that follows the head, as fast as it comes, up to the end of the close frame. */
function everything(path: string): Promise<{ head: string; bytes: number }> {
  const reading = new Promise<{ head: string; bytes: number }>((resolve, reject) => {
    let head = "";
    let bytes = 0;
    const socket = connect({ path });
    socket.write(
      "GET / HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    socket.on("data", (chunk: Uint8Array) => {
      let rest = chunk;
      if (!head.includes("\r\n\r\n")) {
        head += new TextDecoder("latin1").decode(chunk);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        rest = chunk.subarray(chunk.length - (head.length - end - 4));
      }
      bytes += rest.length;
      const close = rest.subarray(-4);
      if (close[0] === 0x88 && close[1] === 2) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve({ head, bytes }));
  });
  return inTime(reading, () => "the end of the lines");
}
