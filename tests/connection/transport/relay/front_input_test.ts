import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { Log } from "../../../../lib/base/log.ts";
import { FrontInput } from "../../../../lib/connection/transport/relay/front_input.ts";
import type { FrontLeg } from "../../../../lib/connection/transport/relay/front_leg.ts";
import { CapturedLog } from "../../../base/captured_log.ts";

const LEG = { input() {}, tell() {} } as unknown as FrontLeg;

interface Course {
  /** Messages that are sent, and bytes of each. */
  readonly sent: number;
  readonly length?: number;
  /** How many the server may use, and how many it says that its process was given. */
  readonly granted: number;
  readonly done: number;
  readonly isTold?: boolean;
}

const gone = (count: string) =>
  `INFO session: The process at the server that serves it no more may not have read up to ${count} that it was given last`;
const lost = (count: string) =>
  `ERROR session: Lost ${count}: the process at the server that serves it no more may have got them`;

const COURSES: [what: string, course: Course, said: string[], left: number][] = [
  ["nothing was granted", { sent: 3, granted: 0, done: 0 }, [], 3],
  ["some was granted", { sent: 3, granted: 2, done: 0 }, [lost("2 messages")], 1],
  ["one was given", { sent: 3, granted: 1, done: 1 }, [gone("1 message")], 2],
  [
    "some was given, and more granted",
    { sent: 9, granted: 5, done: 4 },
    [lost("1 message"), gone("4 messages")],
    4,
  ],
  [
    "its server tells itself what was not read",
    {
      sent: 9,
      granted: 4,
      done: 4,
      isTold: true,
    },
    [],
    5,
  ],
  // Seven of them are more than a pipe has room for.
  [
    "more was given than a pipe has room for",
    {
      sent: 100,
      length: 10_000,
      granted: 100,
      done: 100,
    },
    [gone("9 messages")],
    0,
  ],
  [
    "messages without a byte were given",
    {
      sent: 10,
      length: 0,
      granted: 10,
      done: 10,
    },
    [gone("10 messages")],
    0,
  ],
];
for (const [what, course, said, left] of COURSES) {
  Deno.test(`FrontInput tells, of a server that is gone, what may be lost where ${what}`, () => {
    using log = new CapturedLog();
    const input = new FrontInput({ log: new Log(), isLasting: true });
    const { sent, length = 5, granted, done, isTold } = course;
    // With each server anew.
    for (let server = 0; server < 2; server++) {
      input.add(textOf(sent, length), LEG);
      assertEquals(input.taken(LEG, granted, done), true);
      const before = log.messages.length;
      input.lose(isTold);
      assertEquals(log.messages.slice(before), said);
      assertEquals(input.size, left);
      input.clear();
    }
  });
}

for (const [taken, left] of [[2, 7], [4, 5], [5, 4]] as const) {
  Deno.test(`FrontInput keeps what the same process has not got, which has ${taken} messages`, () => {
    using log = new CapturedLog();
    const input = new FrontInput({ log: new Log(), isLasting: true });
    input.add(textOf(9, 5), LEG);
    assertEquals(input.taken(LEG, 5, 2), true);
    input.doubt();
    assertEquals(input.size, 4);
    input.settle(taken);
    assertEquals([input.size, log.messages], [left, []]);
  });
}

/** A batch of so many texts of so many bytes. */
function textOf(size: number, length: number): Batch {
  const spans = Array.from({ length: size }, (_, at) => [at * length, (at + 1) * length]);
  return new Batch(false, new Uint8Array(size * length), spans.flat());
}

Deno.test("FrontInput sends what has waited for a server by its bytes, not by how many messages there are", () => {
  const sent: Batch[] = [];
  const leg = { input: (batch: Batch) => void sent.push(batch), tell() {} } as unknown as FrontLeg;
  const input = new FrontInput({ log: new Log(), isLasting: true });
  const messages = Array.from({ length: 50_000 }, (_, at) => `c1 ${at}`);
  for (const message of messages) input.add(Batch.of(message), undefined);
  input.sendAll(leg);
  assertEquals(sent.flatMap(({ messages }) => messages), messages);
  // Half a megabyte, with what each counts: each of them is work of another server that others wait for.
  assert(sent.length < 50, `${sent.length} batches`);
  assert(input.taken(leg, 50_000, 49_999));
  assertEquals(input.size, 1);
  input.lose();
});
