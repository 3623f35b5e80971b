import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { holdBack } from "../../lib/listen/hold_back.ts";
import { within } from "../../lib/base/within.ts";
import { Certificates } from "../support/certificates.ts";
import { needing } from "../support/programs.ts";
import { Wire } from "../support/wire.ts";

const MIB = 2 ** 20;
const SENT = 64 * MIB;

/** A socket over TLS that is paused at its first bytes, and how much a client sends it until it has to wait. */
async function paused(
  prepare: (socket: TLSSocket) => void,
  then: (socket: TLSSocket, sending: Promise<void>) => Promise<void>,
): Promise<void> {
  await using certificates = await Certificates.make();
  const { cert, key } = await certificates.server();
  const [certText, keyText] = await Promise.all([cert, key].map((path) => Deno.readTextFile(path)));
  const server = createServer({ cert: certText, key: keyText });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const coming = once(server, "secureConnection");
  {
    using wire = new Wire(await certificates.connect(server.address() as AddressInfo));
    const [socket] = await coming as [TLSSocket];
    prepare(socket);
    const first = once(socket, "data");
    socket.once("data", () => socket.pause());
    const sending = wire.write(new Uint8Array(SENT)).catch(() => {});
    await first;
    await then(socket, sending);
    socket.destroy();
    await sending;
  }
  const closed = once(server, "close");
  server.close();
  await closed;
}

Deno.test({
  ...needing("holdBack() has a client over TLS wait while its socket is paused", "openssl"),
  fn: () =>
    paused(holdBack, async (socket, sending) => {
      // Nothing tells that a client cannot send.
      assert(!await within(sending, 1_000), "All of it was taken");
      assert(socket.bytesRead < 16 * MIB, `${socket.bytesRead} bytes were read`);
      let received = 0;
      socket.on("data", ({ length }) => received += length);
      const all = new Promise<void>((resolve) => {
        socket.on("data", () => socket.bytesRead >= SENT && resolve());
      });
      socket.resume();
      await all;
      assertEquals(socket.bytesRead, SENT);
      assert(received > SENT / 2);
    }),
});

Deno.test({
  ...needing(
    "The runtime still reads all that comes to a socket over TLS that is paused",
    "openssl",
  ),
  fn: () => paused(() => {}, (_, sending) => sending),
});
