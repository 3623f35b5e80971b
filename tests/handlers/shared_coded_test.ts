import { assertEquals, assertThrows } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { CodecError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import type { Message } from "../../lib/contract.ts";
import { Client } from "../../lib/handlers/shared/client.ts";
import { Coded } from "../../lib/handlers/shared/coded.ts";
import { Crowd } from "../../lib/handlers/shared/crowd.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeStdin } from "../process/fake_stdin.ts";
import { FakeConnection } from "../support/fake_connection.ts";

const encoder = new TextEncoder();

/** Clients that are no sockets around a process that is none. */
function stage(framing: keyof typeof CODECS, remembered = 0) {
  const crowd = new Crowd();
  const stdin = new Stdin<Client>({ maxQueue: 1_000, lasting: true });
  const talk = new Coded(stdin, crowd, { codec: CODECS[framing], remembered });
  const decoder = talk.started();
  const connections: FakeConnection[] = [];
  function come(id: string): Client {
    const connection = new FakeConnection(id);
    const client = new Client(connection, {
      log: new Log(),
      past: talk.history(),
      announcement: talk.announce(),
    });
    connections.push(connection);
    crowd.add(client);
    return client;
  }
  return { stdin, talk, decoder, connections, come };
}

Deno.test("Coded sends what a process says to all, in its order", () => {
  const { decoder, connections, come } = stage("lines");
  for (const id of ["a", "b"]) come(id);
  decoder.push(encoder.encode("one\r\ntwo\nthr"));
  decoder.push(encoder.encode("ee\n"));
  const expected = ["one", "two", "three"];
  assertEquals(connections.map(({ sent }) => sent), [expected, expected]);
});

Deno.test("Coded gives who comes the last messages first, and none of a process before", () => {
  const { talk, decoder, connections, come } = stage("length", 2);
  decoder.push(Uint8Array.of(0, 0, 0, 1, 7, 0, 0, 0, 1, 8, 0, 0, 0, 1, 9));
  come("a");
  assertEquals(connections[0]?.sent, [Uint8Array.of(8), Uint8Array.of(9)]);
  talk.stopped();
  come("b");
  assertEquals(connections[1]?.sent, []);
});

const SAID: [framing: keyof typeof CODECS, message: Message, read: string][] = [
  ["lines", "a", "a\n"],
  ["nul", "a\nb", "a\nb\0"],
  ["length", Uint8Array.of(0x61), "\0\0\0\x01a"],
  ["length", "a", "\0\0\0\x01a"],
  ["content-length", "é", "Content-Length: 2\r\n\r\né"],
  ["json", "[\n]", "[ ]\n"],
];
for (const [framing, message, read] of SAID) {
  Deno.test(`Coded gives a process ${JSON.stringify(message)} as ${framing}`, async () => {
    const { stdin, talk, come } = stage(framing);
    assertEquals(talk.message(come("a"), Batch.of(message)), true);
    const fake = new FakeStdin();
    stdin.feed(fake.stream);
    assertEquals((await fake.next()).text, read);
  });
}

Deno.test("Coded ignores messages of a kind that its codec does not take", async () => {
  using log = new CapturedLog();
  const { stdin, talk, come } = stage("json");
  assertEquals(talk.message(come("a"), Batch.of(Uint8Array.of(1))), true);
  assertEquals(stdin.bufferedAmount, 0);
  await log.until(/^INFO websocket: Ignored a binary message, /);
});

Deno.test("Coded refuses what cannot be said, and says what came before it", async () => {
  const { stdin, talk, come } = stage("json");
  const client = come("a");
  assertThrows(() => talk.message(client, Batch.of("no JSON")), CodecError);
  const batch = new Batch(false, encoder.encode("1[]}2"), [0, 1, 1, 3, 3, 4, 4, 5]);
  assertThrows(() => talk.message(client, batch), CodecError);
  const fake = new FakeStdin();
  stdin.feed(fake.stream);
  assertEquals((await fake.next()).text, "1\n[]\n");
});

Deno.test("Coded gives who comes back all that it has missed, of the last megabyte, where servers are joined", () => {
  const { talk, decoder } = stage("lines", 1);
  talk.isJoined = true;
  const begin = talk.place;
  decoder.push(encoder.encode("1\n2\n3\n"));
  const texts = (...seen: Parameters<typeof talk.history>) =>
    talk.history(...seen).flatMap(({ messages }) => messages);
  assertEquals([texts(), texts(begin), texts(begin, true)], [["3"], ["3"], ["1", "2", "3"]]);
  const [last] = talk.history();
  const second = { log: begin.log, number: (last?.mark?.number ?? 0) - 1 };
  assertEquals([texts(second, true), talk.missing(second), talk.missing(begin)], [["3"], 0, 0]);
  // Nobody knows what somebody has missed who has nothing of this log.
  const other = { log: "other", number: 1 };
  assertEquals([texts(other, true), talk.missing(other)], [["3"], undefined]);
  assertEquals([texts(undefined, true), talk.missing(undefined)], [["3"], undefined]);
  for (let at = 0; at < 4; at++) decoder.push(encoder.encode(`${String(at).repeat(400_000)}\n`));
  assertEquals([talk.missing(begin), texts(begin, true).length], [5, 2]);
});
