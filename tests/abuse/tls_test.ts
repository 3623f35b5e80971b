import { assert, assertEquals } from "@std/assert";
import { Certificates, sslOptions } from "../support/certificates.ts";
import { frame } from "../support/client.ts";
import { Lines } from "../support/lines.ts";
import { peakOf } from "../support/processes.ts";
import { Scripts } from "../support/scripts.ts";
import { abuse } from "./abuse.ts";
import { below, possessionsOf } from "./possessions.ts";

const MIB = 2 ** 20;

const encoder = new TextEncoder();

const UPGRADE = "GET /program HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n" +
  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const UPLOAD = `POST /run/mute HTTP/1.1\r\nHost: h\r\nContent-Length: ${256 * MIB}\r\n\r\n`;

// A text of 8,184 bytes: with its head, 128 of them are a mebibyte.
const TEXT = frame(0x81, new Uint8Array(8_184).fill(32));

for (
  const [what, head, repeated, seen] of [
    ["a program", UPGRADE, TEXT, true],
    // That the client of an upload which nobody reads has left, nothing tells.
    ["a script", UPLOAD, new Uint8Array(8_192), false],
  ] as const
) {
  abuse(`a client over TLS that sends 256 MiB to ${what} that reads nothing`, async (attack) => {
    await using certificates = await Certificates.make();
    const options = sslOptions(await certificates.server());
    await using scripts = await Scripts.write({ mute: "exec sleep 1000" });
    await using server = await attack.start([
      ...options,
      `--route=/program=process ${scripts.folder}/mute`,
      `--route=/run/*=cgi ${scripts.folder}`,
    ]);
    // The watchdog, which is there as long as the server is. Nobody tells when a process begins.
    while (below(server.pid).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = possessionsOf(server.pid);
    const program = new URL("tls_flood_program.ts", import.meta.url).pathname;
    // A process of its own: the runtime goes on to send for a client that closes its connection.
    const client = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        program,
        `${server.port}`,
        certificates.ca.cert,
        encoder.encode(head).toHex(),
        repeated.toHex(),
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const lines = new Lines(client.stdout);
    try {
      assertEquals(await lines.until(/^held back|^all taken/), "held back");
    } finally {
      client.kill("SIGKILL");
      await Promise.all([client.status, lines.ended]);
    }
    assert(peakOf(server.pid) < 300 * MIB, `${peakOf(server.pid)} bytes`);
    attack.note({ peak: peakOf(server.pid) });
    if (seen) await attack.isAsBefore(server, before);
  }, { engines: ["node"], needs: ["openssl"] });
}
