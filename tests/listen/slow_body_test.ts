import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { setImmediate } from "node:timers";
import { assert } from "@std/assert";
import { FakeTimers } from "../base/fake_timers.ts";
import { limitBody } from "../../lib/listen/slow_body.ts";

/** A request whose body goes on, of which all that comes is thrown away. */
class Endless implements AsyncDisposable {
  readonly #server = createServer();
  #client: Deno.Conn | undefined;
  message!: IncomingMessage;
  response!: ServerResponse;

  async begin(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    const client = this.#client = await Deno.connect({ hostname: "127.0.0.1", port });
    const asked = once(this.#server, "request");
    await client.write(
      new TextEncoder().encode("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
    );
    [this.message, this.response] = await asked as [IncomingMessage, ServerResponse];
    // That it breaks off.
    this.message.on("error", () => {});
    this.message.resume();
  }

  /** Sends so many bytes more of the body, and waits until they have come. */
  async send(bytes = 5): Promise<void> {
    const came = Promise.withResolvers<void>();
    let left = bytes;
    const take = (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left === 0) came.resolve();
    };
    this.message.on("data", take);
    const chunk = `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;
    await this.#client?.write(new TextEncoder().encode(chunk));
    await came.promise;
    this.message.off("data", take);
    this.message.resume();
  }

  /** Sends more than is read ahead. */
  async fill(): Promise<void> {
    const { message } = this;
    const chunk = new TextEncoder().encode(`400\r\n${"x".repeat(1_024)}\r\n`);
    while (message.readableLength < message.readableHighWaterMark) {
      await this.#client?.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when nothing of that is left. */
  async emptied(): Promise<void> {
    while (this.message.readableLength > 0) await once(this.message, "data");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client?.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

Deno.test("limitBody() cuts off a client that is silent for 10 s", async () => {
  using time = new FakeTimers();
  await using body = new Endless();
  await body.begin();
  limitBody(body.message, body.response);
  await time.pass(9_000);
  assert(!body.message.socket.destroyed);
  const closed = once(body.message.socket, "close");
  await time.pass(1_000);
  await closed;
});

Deno.test("limitBody() gives the time of a body back until its answer is out, and 10 s behind it", async () => {
  using time = new FakeTimers();
  await using body = new Endless();
  await body.begin();
  const takeTime = limitBody(body.message, body.response);
  takeTime();
  await time.pass(600_000);
  await body.send();
  body.response.end();
  await once(body.response, "finish");
  await time.pass(9_000);
  await body.send();
  assert(!body.message.socket.destroyed);
  const closed = once(body.message.socket, "close");
  await time.pass(1_000);
  await closed;
});

Deno.test("limitBody() keeps a client that sends 1,000 bytes a second, and cuts off one that sends 5", async () => {
  for (const [bytes, stays] of [[1_000, true], [5, false]] as const) {
    using timers = new FakeTimers();
    await using body = new Endless();
    await body.begin();
    limitBody(body.message, body.response);
    const closed = once(body.message.socket, "close");
    for (let second = 0; second < (stays ? 30 : 11); second++) {
      await body.send(bytes);
      await timers.pass(1_000);
    }
    if (stays) assert(!body.message.socket.destroyed);
    else await closed;
  }
});

Deno.test("limitBody() counts no time in which nobody reads", async () => {
  using timers = new FakeTimers();
  await using body = new Endless();
  await body.begin();
  limitBody(body.message, body.response);
  body.message.pause();
  await body.fill();
  await timers.pass(60_000);
  assert(!body.message.socket.destroyed);
  const closed = once(body.message.socket, "close");
  body.message.resume();
  await body.emptied();
  await timers.pass(10_000);
  await closed;
});
