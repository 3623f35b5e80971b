import { assertEquals, assertThrows } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CodecError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import type { Decoder } from "../../lib/contract.ts";
import { Client } from "../../lib/handlers/shared/client.ts";
import { Crowd } from "../../lib/handlers/shared/crowd.ts";
import { Tagged } from "../../lib/handlers/shared/tagged.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { FakeStdin } from "../process/fake_stdin.ts";
import { FakeConnection } from "../support/fake_connection.ts";

const encoder = new TextEncoder();

/** Tagged lines between clients that are no sockets and a process that is none. */
class Stage {
  readonly crowd = new Crowd();
  readonly stdin = new Stdin<Client>({ maxQueue: 1_000, lasting: true });
  readonly tagged = new Tagged(this.stdin, this.crowd, { remembers: true, converts: false });
  readonly connections = new Map<string, FakeConnection>();
  #decoder: Decoder = this.tagged.started(new Log());

  open(id: string): Client {
    const connection = new FakeConnection(id);
    const client = new Client(connection, {
      log: new Log(),
      past: [],
      announcement: this.tagged.announce(fakeRequest({ id })),
    });
    this.connections.set(id, connection);
    this.crowd.add(client);
    this.tagged.opened(client);
    return client;
  }

  leave(client: Client): void {
    this.tagged.left(client);
    this.crowd.delete(client);
  }

  /** The process writes lines. */
  write(...lines: string[]): void {
    this.#decoder.push(encoder.encode(lines.map((line) => `${line}\n`).join("")));
  }

  restart(): void {
    this.#decoder = this.tagged.started(new Log());
  }

  /** What the process reads, up to now. */
  async read(): Promise<string[]> {
    const stdin = new FakeStdin();
    const feed = this.stdin.feed(stdin.stream);
    const { text, take } = await stdin.next();
    take();
    await feed.end(10_000);
    return text.split("\n").slice(0, -1);
  }

  sent(id: string): unknown {
    return this.connections.get(id)?.sent;
  }
}

Deno.test("Tagged tells a process who comes, what they say and who leaves", async () => {
  const stage = new Stage();
  const [a, b] = [stage.open("a"), stage.open("b")];
  stage.tagged.message(a, Batch.of("one\ttab"));
  stage.tagged.message(b, Batch.of(""));
  stage.leave(a);
  assertEquals(await stage.read(), ["+a", "+b", "a\tone\ttab", "b\t", "-a"]);
});

Deno.test("Tagged lets nobody speak for another by a message of several lines", async () => {
  const stage = new Stage();
  stage.tagged.message(stage.open("a"), Batch.of("one\n+b\nb\tx\n"));
  assertEquals(await stage.read(), ["+a", "a\tone", "a\t+b", "a\tb\tx", "a\t"]);
});

Deno.test("Tagged sends a text to whom it names, or to all", () => {
  const stage = new Stage();
  for (const id of "ab") stage.open(id);
  stage.write("a\tfor a\twith a tab", "*\tfor all", "b\t");
  assertEquals([stage.sent("a"), stage.sent("b")], [
    ["for a\twith a tab", "for all"],
    ["for all", ""],
  ]);
});

Deno.test("Tagged closes whom a process tells it to", async () => {
  const stage = new Stage();
  stage.open("a");
  stage.write("a\tlast", "-a", "a\ttoo late");
  assertEquals(await stage.connections.get("a")?.closed, "1000");
  assertEquals(stage.sent("a"), ["last"]);
});

const MISTAKES: [line: string, logged: RegExp][] = [
  ["hello", /^ERROR process: Line 1: expected an id or \*, a tab, and a text: hello$/],
  ["", /^ERROR process: Line 1: expected an id/],
  ["nobody\tx", /^ERROR process: Line 1: there is no "nobody": nobody\tx$/],
  ["-nobody", /^ERROR process: Line 1: there is no "nobody": -nobody$/],
  ["gone\tx", /^DEBUG process: Line 1: "gone" has left: gone\tx$/],
];
for (const [line, logged] of MISTAKES) {
  Deno.test(`Tagged logs the line ${JSON.stringify(line)} with its number, and goes on`, async () => {
    using log = new CapturedLog("debug");
    const stage = new Stage();
    stage.open("a");
    stage.leave(stage.open("gone"));
    stage.write(line, "a\tnext");
    await log.until(logged);
    assertEquals(stage.sent("a"), ["next"]);
  });
}

Deno.test("Tagged ignores binary messages", async () => {
  using log = new CapturedLog();
  const stage = new Stage();
  const client = stage.open("a");
  assertEquals(stage.tagged.message(client, Batch.of(Uint8Array.of(1))), true);
  await log.until(/^INFO websocket: Ignored a binary message, /);
  assertEquals(await stage.read(), ["+a"]);
});

Deno.test("Tagged tells a new process who is there, before what they said", async () => {
  const stage = new Stage();
  const [a, b] = [stage.open("a"), stage.open("b")];
  await stage.read();
  stage.tagged.message(a, Batch.of("one"));
  stage.leave(b);
  stage.restart();
  assertEquals(await stage.read(), ["+a", "a\tone"]);
});

Deno.test("Tagged refuses a message of very many lines, each of which would get a tag", () => {
  const stage = new Stage();
  const client = stage.open("a");
  const error = assertThrows(
    () => stage.tagged.message(client, Batch.of("\n".repeat(100_000))),
    CodecError,
    "65536 lines",
  );
  assertEquals(error.code, 1009);
});
