import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../../../lib/base/batch.ts";
import { Waiters } from "../../../../lib/base/waiters.ts";
import { FrontOutput } from "../../../../lib/connection/transport/relay/front_output.ts";
import type { FrontLeg } from "../../../../lib/connection/transport/relay/front_leg.ts";
import { settle } from "../../../base/fake_timers.ts";
import { FakeTransport } from "../../fake_transport.ts";

/** A transport whose client takes so much as a test says. */
class SlowTransport extends FakeTransport {
  override waits = true;
  isClosing = false;
  readonly #waiters = new Waiters(() => this.bufferedAmount);

  override drained(amount = 0): Promise<void> {
    return this.isClosing ? Promise.resolve() : this.#waiters.wait(amount);
  }

  take(bytes: number): void {
    this.bufferedAmount -= bytes;
    this.#waiters.wake();
  }
}

function output() {
  const credits: number[] = [];
  const leg = { credit: (bytes: number) => void credits.push(bytes) } as unknown as FrontLeg;
  const transport = new SlowTransport();
  const output = new FrontOutput(() => leg);
  output.attach(transport);
  return { credits, transport, output };
}

const KIB = 1024;
const total = (credits: readonly number[]) => credits.reduce((sum, bytes) => sum + bytes, 0);

Deno.test("FrontOutput tells of each step that a slow client takes, and of no more than that", async () => {
  const { credits, transport, output: front } = output();
  front.send(Batch.of(new Uint8Array(1024 * KIB)));
  for (let taken = 64; taken <= 960; taken += 64) {
    transport.take(64 * KIB);
    await settle();
    const told = total(credits);
    assert(told >= (taken - 64) * KIB && told <= taken * KIB + 64, `${told} of ${taken} KiB`);
  }
  transport.take(64 * KIB);
  await settle();
  assertEquals(total(credits), 1024 * KIB + 64);
});

Deno.test("FrontOutput waits for no client that is closing", async () => {
  const { credits, transport, output: front } = output();
  front.send(Batch.of(new Uint8Array(1024 * KIB)));
  transport.isClosing = true;
  front.send(Batch.of("a"));
  transport.take(1);
  await settle();
  front.send(Batch.of("b"));
  await settle();
  assertEquals([front.isInMessage, transport.sent.length], [false, 3]);
  assert(total(credits) <= 1024 * KIB + 3 * 65);
});
