import { assertEquals, assertStrictEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { parseMark } from "../../../../lib/base/mark.ts";
import { Events } from "../../../../lib/connection/transport/http/events.ts";

const decoder = new TextDecoder();

function batchOf(texts: string, first?: number, log = "a"): Batch {
  const bytes = new TextEncoder().encode(texts);
  const spans = Array.from(texts, (_, at) => [at, at + 1]).flat();
  const batch = new Batch(false, bytes, spans);
  return first === undefined ? batch : batch.marked({ log, number: first });
}

const encode = (events: Events, batch: Batch) => decoder.decode(events.encode(batch));

Deno.test("Events gives each message of a log its number", () => {
  const events = new Events();
  assertEquals(encode(events, batchOf("xy", 7)), "id: a.7\ndata: x\n\nid: a.8\ndata: y\n\n");
  assertEquals(encode(events, batchOf("z")), "data: z\n\n");
  // Of messages that were dropped, those that are left keep theirs.
  assertEquals(
    encode(events, batchOf("pqr", 9).slice(1)),
    [
      'event: lost\ndata: {"count":1}\n\n',
      "id: a.10\ndata: q\n\nid: a.11\ndata: r\n\n",
    ].join(""),
  );
});

Deno.test("Events tells what is missing behind what a client has seen, once", () => {
  const tells: [seen: string, log: string, first: number, lost: string][] = [
    ["a.6", "a", 7, ""],
    ["a.3", "a", 7, 'event: lost\ndata: {"count":3}\n\n'],
    ["b.3", "a", 7, "event: lost\ndata: {}\n\n"],
    // Something that it has already is none of that.
    ["a.9", "a", 7, ""],
  ];
  for (const [seen, log, first, lost] of tells) {
    const events = new Events(parseMark(seen));
    assertEquals(encode(events, batchOf("x", first, log)), `${lost}id: a.7\ndata: x\n\n`, seen);
    assertEquals(encode(events, batchOf("y", 8)), "id: a.8\ndata: y\n\n", seen);
  }
});

Deno.test("Events makes the same batch once, whoever gets it", () => {
  const batch = batchOf("x", 1);
  const [one, other] = [new Events(), new Events()];
  assertStrictEquals(one.encode(batch), other.encode(batch));
});

Deno.test("Events has a browser come again where that may help", () => {
  const idOf = (code: number) =>
    /^id: (.*)$/m.exec(decoder.decode(new Events().end(code, "")))?.[1];
  for (const code of [1001, 1012, 1013]) assertEquals(idOf(code), undefined, `${code}`);
  for (const code of [1000, 1008, 1009, 1011, 4001]) assertEquals(idOf(code), "over", `${code}`);
  const said = decoder.decode(new Events().end(4001, 'a "b"\n'));
  assertEquals(said, 'id: over\nevent: close\ndata: {"code":4001,"reason":"a \\"b\\"\\n"}\n\n');
});
