import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Channel } from "../../lib/bus/bus.ts";
import { MAX_FRAME } from "../../lib/workers/service_channel.ts";
import { linked } from "./linked.ts";

/** The next so many frames. */
function frames(channel: Channel, count: number): Promise<Uint8Array[]> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array[]>();
  const taken: Uint8Array[] = [];
  channel.listen((frame) => {
    taken.push(frame);
    if (taken.length === count) resolve(taken);
  });
  return promise;
}

Deno.test("Link carries frames of every length in their order, each to its service", async () => {
  await using link = await linked();
  const lengths = [0, 1, 5, 65_530, 65_531, 65_532, 65_536, 200_000, 3, MAX_FRAME, 0];
  const bus = frames(link.there.channels.bus, lengths.length);
  const ask = frames(link.there.channels.ask, 1);
  for (const [at, length] of lengths.entries()) {
    link.here.channels.bus.send(new Uint8Array(length).fill(at));
  }
  link.here.channels.ask.send(new Uint8Array([42]));
  assertEquals((await ask).map((frame) => [...frame]), [[42]]);
  const got = await bus;
  assertEquals(got.map(({ length }) => length), lengths);
  assert(got.every((frame, at) => frame.every((byte) => byte === at)));
  assertThrows(() => link.here.channels.bus.send(new Uint8Array(MAX_FRAME + 1)), RangeError);
});

Deno.test("Link keeps what comes before anybody listens, and holds back who sends too much", async () => {
  await using link = await linked();
  const [here, there] = [link.here.channels.bus, link.there.channels.bus];
  const count = 200;
  for (let at = 0; at < count; at++) here.send(new Uint8Array(65_536).fill(at));
  const all = here.bufferedAmount;
  // As much as may wait over there, and what the system holds between them.
  await here.drained(all - 1024 * 1024);
  assert(here.bufferedAmount > all / 2);
  const taken = await frames(there, count);
  assertEquals(taken.map(([byte]) => byte), Array.from({ length: count }, (_, at) => at));
  await here.drained(0);
  assertEquals(here.bufferedAmount, 0);
});

Deno.test("Link lets a service say something while another one has much to say", async () => {
  await using link = await linked();
  const order: string[] = [];
  link.there.channels.bus.listen(() => order.push("bus"));
  const heard = Promise.withResolvers<void>();
  link.there.channels.control.listen(() => {
    order.push("control");
    heard.resolve();
  });
  for (let at = 0; at < 1_000; at++) link.here.channels.bus.send(new Uint8Array(60_000));
  link.here.channels.control.send(new Uint8Array(1));
  await heard.promise;
  assert(order.length < 10);
});

Deno.test("Link tells a service that the other end has closed it, after all that was sent", async () => {
  await using link = await linked();
  const taken = frames(link.there.channels.bus, 1);
  link.here.channels.bus.send(new Uint8Array([1]));
  link.here.channels.bus.close();
  assertEquals((await taken).length, 1);
  await link.there.channels.bus.closed;
  // The others go on.
  const control = frames(link.there.channels.control, 1);
  link.here.channels.control.send(new Uint8Array([2]));
  assertEquals([...(await control)[0] ?? []], [2]);
});

Deno.test("Link that ends closes all of its channels, and nobody waits for them any more", async () => {
  await using link = await linked();
  const bus = link.here.channels.bus;
  for (let at = 0; at < 200; at++) bus.send(new Uint8Array(65_536));
  const drained = bus.drained(0);
  link.there.close();
  await Promise.all([link.here.closed, bus.closed, drained, link.there.channels.ask.closed]);
  bus.send(new Uint8Array(1));
  assertEquals(bus.bufferedAmount, 0);
});
