import { assertEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { castNotation } from "../../../lib/connection/record/cast_notation.ts";
import { messageNotation } from "../../../lib/connection/record/message_notation.ts";

const FACTS = {
  time: Date.UTC(2026, 10, 30, 12),
  id: "a-1",
  url: "http://host/",
  route: "/x",
  handler: "process",
  remote: "::1",
  user: undefined,
  subprotocol: "chat",
  command: "cat",
  pid: "7",
};

Deno.test("messageNotation says kinds and directions by one letter, and that a message goes on", () => {
  const { messages } = messageNotation;
  assertEquals(messages("1.000000", "i", Batch.of('a"\n'), false), ['[1.000000,"i","a\\"\\n"]\n']);
  assertEquals(messages("2.000000", "o", new Batch(false, bytes("abc"), [0, 1, 1, 3]), false), [
    '[2.000000,"o","a"]\n',
    '[2.000000,"o","bc"]\n',
  ]);
  assertEquals(messages("3.000000", "o", Batch.of(Uint8Array.of(0, 255)), true), [
    '[3.000000,"O+","AP8="]\n',
  ]);
  assertEquals(
    messageNotation.close("4.000000", 4003, 'a "b"'),
    '[4.000000,"close",4003,"a \\"b\\""]\n',
  );
});

Deno.test("messageNotation begins with what is known, and with nothing for what is not", () => {
  assertEquals(JSON.parse(messageNotation.head(FACTS)), {
    stdws: 1,
    time: "2026-11-30T12:00:00.000Z",
    id: "a-1",
    url: "http://host/",
    route: "/x",
    handler: "process",
    remote: "::1",
    subprotocol: "chat",
    command: "cat",
    pid: "7",
  });
});

Deno.test("castNotation joins a character that two messages share, each direction by itself", () => {
  const { messages } = castNotation({
    columns: 80,
    rows: 24,
    read: (data, from) => ({ type: from === "client" ? "input" : "output", data }),
  });
  const [first = 0, second = 0] = bytes("ü");
  assertEquals(messages("1.0", "o", Batch.of(Uint8Array.of(first)), false), []);
  assertEquals(messages("1.0", "i", Batch.of(bytes("k")), false), ['[1.0,"i","k"]\n']);
  assertEquals(messages("2.0", "o", Batch.of(Uint8Array.of(second)), false), ['[2.0,"o","ü"]\n']);
});

Deno.test("castNotation begins as asciicast 2 wants, with the size that the screen has by then", () => {
  const screen = { columns: 0, rows: 0, read: () => undefined };
  const { head, messages } = castNotation(screen);
  Object.assign(screen, { columns: 100, rows: 30 });
  const { version, width, height, timestamp, env, command } = JSON.parse(head(FACTS));
  assertEquals([version, width, height, timestamp], [2, 100, 30, FACTS.time / 1000]);
  assertEquals([env.TERM, command], ["xterm-256color", "cat"]);
  assertEquals(messages("1.0", "i", Batch.of("nothing to it"), false), []);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
