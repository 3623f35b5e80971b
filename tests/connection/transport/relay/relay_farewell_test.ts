import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { RELAY_WINDOW } from "../../../../lib/connection/transport/relay/relay_end.ts";
import type { RelayTransport } from "../../../../lib/connection/transport/relay/relay_transport.ts";
import { FakeTimers } from "../../../base/fake_timers.ts";
import { Told } from "../transport_pair.ts";
import { Relayed, Wire } from "./relayed.ts";

const HALF = "x".repeat(RELAY_WINDOW / 2);

/** Sends more than may be on its way at once. */
function sendMuch(relay: RelayTransport | undefined): void {
  for (let count = 0; count < 6; count++) relay?.send(Batch.of(HALF));
}

Deno.test("RelayTransport that is closed sends what waits as its client takes it, and then the close", async () => {
  const wire = new Wire();
  const { relaying, relay, transport } = await Relayed.open(wire, new Told());
  transport.waits = true;
  sendMuch(relay);
  relay?.close(4003, "exit status 3", Infinity);
  await wire.settle();
  assertEquals([transport.sent.length, transport.closed], [2, []]);
  for (let count = 0; count < 3; count++) {
    transport.drain();
    await wire.settle();
  }
  assertEquals([transport.sent.length, transport.closed], [6, ["4003 exit status 3"]]);
  assertEquals(transport.patience, [Infinity]);
  relaying.closed(4003, "");
  await wire.settle();
  assertEquals(wire.back.size, 0);
});

Deno.test("RelayTransport sends what waits, too, where the client has closed", async () => {
  const wire = new Wire();
  const { relaying, relay, transport } = await Relayed.open(wire, new Told());
  transport.waits = true;
  sendMuch(relay);
  let isAnswered = false;
  relaying.closing(1000, "")?.then(() => isAnswered = true);
  await wire.settle();
  assertEquals([transport.sent.length, isAnswered], [2, false]);
  for (let count = 0; count < 3; count++) {
    transport.drain();
    await wire.settle();
  }
  assertEquals([transport.sent.length, isAnswered, transport.closed], [6, true, []]);
  relaying.closed(1000, "");
  await wire.settle();
});

Deno.test("RelayTransport that leaves while it is closed has its client closed, and served by nobody else", async () => {
  const wire = new Wire();
  const { relaying, relay, transport } = await Relayed.open(wire, new Told(), { isLasting: true });
  transport.waits = true;
  sendMuch(relay);
  relay?.close(4003, "exit status 3", Infinity);
  await wire.settle();
  relay?.leave("The server ends");
  await wire.settle();
  assertEquals([transport.sent.length, transport.closed], [6, ["4003 exit status 3"]]);
  relaying.closed(4003, "");
  await wire.settle();
  assertEquals([wire.front.size, wire.back.size], [0, 0]);
});

Deno.test("RelayTransport drops what waits for a client that takes nothing of it in its time, and tells how much", async () => {
  using timers = new FakeTimers();
  const wire = new Wire();
  const told = new Told();
  const { relaying, relay, transport } = await Relayed.open(wire, told);
  transport.waits = true;
  sendMuch(relay);
  relay?.close(1001, "Idle timeout", 5_000);
  // Less time counts, more does not.
  relay?.close(1001, "Server shutting down", 1_000);
  relay?.close(1001, "Server shutting down", 60_000);
  await wire.settle();
  assertEquals(transport.closed, []);
  await timers.pass(1_000);
  await wire.settle();
  assertEquals([told.all, transport.sent.length], [["opened", `lost ${4 * HALF.length}`], 2]);
  assertEquals(transport.closed, ["1001 Idle timeout"]);
  relaying.closed(1006, "");
  await wire.settle();
  assertEquals([told.all.at(-1), timers.pending], ["closed 1006", 0]);
});

Deno.test("RelayTransport whose client leaves while it is closed watches nothing any more", async () => {
  using timers = new FakeTimers();
  const wire = new Wire();
  const told = new Told();
  const { relaying, relay, transport } = await Relayed.open(wire, told);
  transport.waits = true;
  sendMuch(relay);
  relay?.close(1000, "");
  await wire.settle();
  assert(timers.pending > 0);
  relaying.closed(1006, "");
  await wire.settle();
  assertEquals(told.all, ["opened", `lost ${4 * HALF.length}`, "closed 1006"]);
  assertEquals(timers.pending, 0);
});
