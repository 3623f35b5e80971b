import { assert, assertEquals } from "@std/assert";
import { FramePace } from "../../../lib/connection/transport/frame_pace.ts";
import { frame, type Received } from "../../support/client.ts";
import { joined } from "./client_frames.ts";
import { TransportPair } from "./transport_pair.ts";

/** A pair whose server is told when its client is held back. */
async function openHeld(perSecond: number, burst: number) {
  const limits: string[] = [];
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const pair = await TransportPair.open({
    rates: { messageRate: { perSecond, burst } },
    held(limit) {
      limits.push(limit);
      resolve();
    },
  });
  return { pair, held, limits };
}

function isPong(received: Received, first: number): boolean {
  return received.kind === "pong" && received.data[0] === first;
}

const FLOODS: [what: string, first: number, payload: string][] = [
  ["pings", 0x89, "x"],
  ["pongs that nobody has asked for", 0x8a, ""],
  ["parts of a message that are empty", 0x01, ""],
];
for (const [what, first, payload] of FLOODS) {
  Deno.test(`NodeTransport holds back a client that sends too many ${what}, and closes it all the same`, async () => {
    const { pair, held, limits } = await openHeld(0.001, 3);
    await using _pair = pair;
    const { client, transport, told } = pair;
    for (let count = 0; count < 5; count++) {
      const isLater = first === 0x01 && count > 0;
      await client.frame(isLater ? 0x00 : first, new TextEncoder().encode(payload));
    }
    await held;
    assertEquals([transport.isPaused, limits], [true, ["messagerate"]]);
    transport.close(1000, "");
    await client.close();
    await told.until("closed 1000");
    assertEquals(limits.length, 1);
  });
}

Deno.test("NodeTransport reads on when a client has waited for its pings", async () => {
  const { pair, held } = await openHeld(250, 1);
  await using _pair = pair;
  const { client, told } = pair;
  // All at once, so that no time between them makes up for any.
  await client.bytes(
    joined(...Array.from({ length: 25 }, (_, at) => frame(0x89, Uint8Array.of(at)))),
  );
  await held;
  // Those before it need no answer.
  while (!isPong(await client.next(), 24));
  await client.send("x");
  await told.until("received x");
});

Deno.test("FramePace says how long a client has to wait for what is beyond its rate", () => {
  let now = 0;
  const rests: (readonly [ms: number, limit: string])[] = [];
  const paced = { rest: (ms: number, limit: string) => void rests.push([ms, limit]) };
  const rates = {
    messageRate: { perSecond: 100, burst: 5 },
    byteRate: { perSecond: 1_000, burst: 500 },
  };
  const pace = FramePace.of(paced, rates, () => now);
  assert(pace);
  for (let count = 0; count < 25; count++) pace.count(0);
  assertEquals([rests.length, rests[0], rests.at(-1)], [21, [10, "messagerate"], [
    210,
    "messagerate",
  ]]);
  now = 210;
  pace.count(0);
  assertEquals(rests.slice(21), [[10, "messagerate"]]);
  now = 300;
  // With their heads, 1,000 bytes more than there are.
  for (let count = 0; count < 3; count++) pace.count(494);
  assertEquals(rests.at(-1), [1_001, "byterate"]);
});

Deno.test("NodeTransport counts no answers to its own pings", async () => {
  const { pair, limits } = await openHeld(0.001, 1);
  await using _pair = pair;
  for (let count = 0; count < 5; count++) {
    const answered = pair.transport.ping(Uint8Array.of(count));
    const { data } = await pair.client.next() as { data: Uint8Array };
    await pair.client.frame(0x8a, data);
    assertEquals(await answered, Uint8Array.of(count));
  }
  assertEquals(limits, []);
});
