import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
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

  /** Sends more of the body, and waits until it has come. */
  async send(): Promise<void> {
    const came = once(this.message, "data");
    await this.#client?.write(new TextEncoder().encode("5\r\nagain\r\n"));
    await came;
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
