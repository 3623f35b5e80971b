import { assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { RELAY_WINDOW } from "../../../../lib/connection/transport/relay/relay_end.ts";
import type { RelayTransport } from "../../../../lib/connection/transport/relay/relay_transport.ts";
import type { PartAt } from "../../../../lib/contract.ts";
import { Told } from "../transport_pair.ts";
import { Relayed, Wire } from "./relayed.ts";

/** Sends a message in parts, of which the last is empty, as a connection does. */
function send(relay: RelayTransport | undefined, ...parts: readonly string[]): void {
  for (const [index, part] of [...parts, ""].entries()) {
    const at: PartAt = index === 0 ? "first" : index === parts.length ? "last" : "middle";
    relay?.sendPart?.(Batch.of(part), at);
  }
}

async function close(wire: Wire, { relaying }: Relayed): Promise<void> {
  relaying.closed(1006, "");
  await wire.settle();
}

Deno.test("RelayTransport sends parts of a message where the client's transport does, in the order of all", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told(), { parts: true });
  const { relay, transport } = relayed;
  relay?.send(Batch.of("before"));
  send(relay, "one", "two");
  relay?.send(Batch.of("after"));
  await wire.settle();
  assertEquals(transport.sent, ["before", "first one", "middle two", "last ", "after"]);
  assertEquals(relay?.bufferedAmount, 0);
  await close(wire, relayed);
  const plain = await Relayed.open(wire, new Told());
  assertEquals(plain.relay?.sendPart, undefined);
  await close(wire, plain);
});

Deno.test("RelayTransport keeps parts that are beyond the window, and cuts none within a character", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told(), { parts: true });
  const { relay, transport } = relayed;
  transport.bufferedAmount = RELAY_WINDOW;
  const large = "€".repeat(RELAY_WINDOW);
  send(relay, large);
  relay?.send(Batch.of("after"));
  await wire.settle();
  assertEquals(transport.sent.length, 1);
  for (let count = 0; count < 4; count++) {
    transport.drain();
    await wire.settle();
  }
  const texts = transport.sent.map((sent) => `${sent}`.replace(/^\w+ /, ""));
  assertEquals(transport.sent.map((sent) => `${sent}`.replace(/ .*/, "")), [
    ...["first", "middle", "middle", "middle", "last", "after"],
  ]);
  assertEquals(texts.slice(0, 4).join("") === large, true);
  assertEquals(relay?.bufferedAmount, 0);
  await close(wire, relayed);
});

Deno.test("Relaying closes a client that has got a part of a message whose server has gone", async () => {
  const wire = new Wire();
  const relayed = await Relayed.open(wire, new Told(), { parts: true, isLasting: true });
  relayed.relay?.sendPart?.(Batch.of("one"), "first");
  await wire.settle();
  wire.front.broke("It has left");
  wire.back.broke("It has left");
  assertEquals(relayed.transport.closed, ["1012 The server of the session has gone"]);
  await close(wire, relayed);
});

/** Frames for a client that cannot come one behind the other. */
const LIES: [what: string, send: (relay: RelayTransport) => void][] = [
  ["a message within another one", (relay) => {
    relay.sendPart?.(Batch.of("a"), "first");
    relay.send(Batch.of("b"));
  }],
  ["a message in parts within another one", (relay) => {
    relay.sendPart?.(Batch.of("a"), "first");
    relay.sendPart?.(Batch.of("a"), "first");
  }],
  ["the end of no message", (relay) => relay.sendPart?.(Batch.of("a"), "last")],
];
for (const [what, lie] of LIES) {
  Deno.test(`Relaying believes no server that sends ${what}`, async () => {
    const wire = new Wire();
    const relayed = await Relayed.open(wire, new Told(), { parts: true });
    if (relayed.relay) lie(relayed.relay);
    await wire.settle();
    assertEquals(relayed.transport.closed, ["1012 The server of the session has gone"]);
    assertEquals([wire.front.size, wire.back.size], [0, 0]);
    await close(wire, relayed);
  });
}
