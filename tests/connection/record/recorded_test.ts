import { assertEquals } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { recordedEvents, recordedTransport } from "../../../lib/connection/record/recorded.ts";
import type { Recording } from "../../../lib/connection/record/recording.ts";
import type { Transport, TransportEvents } from "../../../lib/contract.ts";

const recording = { note() {}, opened() {}, closing() {}, closed() {} } as unknown as Recording;

/** Remembers what was called, of something that can do all that there is. */
function noting(told: string[], name: string): () => never {
  return () => {
    told.push(name);
    return undefined as never;
  };
}

Deno.test("recordedTransport() passes on everything that a transport can do", async () => {
  const told: string[] = [];
  const transport: Required<Transport> = {
    bufferedAmount: 7,
    unsent: 8,
    compresses: true,
    isPlain: false,
    isAway: true,
    drained: noting(told, "drained"),
    shed: noting(told, "shed"),
    send: noting(told, "send"),
    close: noting(told, "close"),
    pause: noting(told, "pause"),
    resume: noting(told, "resume"),
    sendPart: noting(told, "sendPart"),
    ping: noting(told, "ping"),
  };
  const over = recordedTransport(transport, recording);
  assertEquals(Object.keys(over).sort(), Object.keys(transport).sort());
  const { bufferedAmount, unsent, compresses, isAway } = over;
  assertEquals([bufferedAmount, unsent, compresses, isAway], [7, 8, true, true]);
  over.shed?.();
  over.send(Batch.of("a"));
  over.sendPart?.(Batch.of("a"), "last");
  over.close(1000, "");
  over.pause();
  over.resume();
  await over.drained();
  await over.ping?.(new Uint8Array());
  const all = ["shed", "send", "sendPart", "close", "pause", "resume", "drained", "ping"];
  assertEquals(told, all);
});

Deno.test("recordedTransport() can do no more than its transport", () => {
  const call = noting([], "");
  const bare: Transport = {
    bufferedAmount: 0,
    drained: call,
    send: call,
    close: call,
    pause: call,
    resume: call,
  };
  const { sendPart, ping, shed, compresses, isAway, unsent } = recordedTransport(bare, recording);
  assertEquals([sendPart, ping, shed, unsent], [undefined, undefined, undefined, undefined]);
  assertEquals([compresses, isAway], [false, false]);
});

Deno.test("recordedTransport() can do what its transport can only when it is open", () => {
  const told: string[] = [];
  const relayed = { bufferedAmount: 0 } as Transport;
  const over = recordedTransport(relayed, recording);
  assertEquals([over.ping, over.sendPart], [undefined, undefined]);
  Object.assign(relayed, { ping: noting(told, "ping"), sendPart: noting(told, "sendPart") });
  over.ping?.(new Uint8Array());
  over.sendPart?.(Batch.of("a"), "first");
  assertEquals(told, ["ping", "sendPart"]);
});

Deno.test("recordedEvents() passes on everything that a transport tells", () => {
  const told: string[] = [];
  const events: Required<TransportEvents> = {
    answersEnd: true,
    opened: noting(told, "opened"),
    received: noting(told, "received"),
    tooLarge: noting(told, "tooLarge"),
    failed: noting(told, "failed"),
    closing: noting(told, "closing"),
    ended: noting(told, "ended"),
    readmitted: noting(told, "readmitted"),
    away: noting(told, "away"),
    dropped: noting(told, "dropped"),
    lost: noting(told, "lost"),
    end: noting(told, "end"),
    closed: noting(told, "closed"),
  };
  const over = recordedEvents(events, recording);
  assertEquals(Object.keys(over).sort(), Object.keys(events).sort());
  assertEquals(over.answersEnd, true);
  over.opened();
  over.received(Batch.of("a"));
  over.tooLarge();
  over.failed("");
  over.closing(1000, "");
  over.ended?.();
  over.readmitted?.(1);
  over.away?.(true);
  over.dropped?.(1);
  over.lost(1);
  over.end(1000, "");
  over.closed(1000, "");
  assertEquals(told, Object.keys(events).filter((name) => name !== "answersEnd"));
});
