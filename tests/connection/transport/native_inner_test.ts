import { assertEquals } from "@std/assert";
import { nativeInner } from "../../../lib/connection/transport/native_inner.ts";
import { RawClient } from "../../support/client.ts";

/** Serves one WebSocket of the runtime, hands it over when it is open, and waits for what the client does then. */
async function withSocket(
  use: (socket: WebSocket) => void,
  client: (client: RawClient, socket: WebSocket) => Promise<void>,
): Promise<void> {
  const opened = Promise.withResolvers<WebSocket>();
  const closed = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onclose = () => closed.resolve();
    socket.onopen = () => {
      use(socket);
      opened.resolve(socket);
    };
    return response;
  });
  using connected = await RawClient.open(`ws://127.0.0.1:${server.addr.port}/`);
  await client(connected, await opened.promise);
  await closed.promise;
}

Deno.test("nativeInner.drop() ends the connection of a client that does not answer", async () => {
  await withSocket((socket) => {
    socket.close(4000, "done");
  }, async (client, socket) => {
    assertEquals(await client.next(), { kind: "close", code: 4000, reason: "done" });
    nativeInner.drop(socket);
    assertEquals(await client.next(), { kind: "close", code: 1006, reason: "" });
  });
});

Deno.test("nativeInner.drop() leaves a socket that can still be asked, and sent to", async () => {
  await withSocket((socket) => {
    for (let sent = 0; sent < 32; sent++) socket.send(new Uint8Array(1_000_000));
    nativeInner.drop(socket);
    socket.send("too late");
    assertEquals(socket.bufferedAmount, 0);
  }, () => Promise.resolve());
});

Deno.test("nativeInner.drop() does nothing to what is no socket of the runtime", () => {
  nativeInner.drop(new EventTarget() as WebSocket);
});

Deno.test("nativeInner.guardReading() tells of a failure, and reads on", async () => {
  const failures: unknown[] = [];
  const socket = new EventTarget() as unknown as Record<symbol, () => Promise<void>>;
  const name = Object.getOwnPropertySymbols(WebSocket.prototype)
    .find(({ description }) => description === "[[eventLoop]]");
  assertEquals(typeof name, "symbol", "the runtime has another name for it");
  const calls = [() => Promise.reject("too long"), () => Promise.resolve()];
  socket[name as symbol] = () => calls.shift()?.() ?? Promise.reject("once too often");
  nativeInner.guardReading(socket as unknown as WebSocket, (error) => failures.push(error));
  await socket[name as symbol]?.();
  assertEquals([failures, calls.length], [["too long"], 0]);
});
