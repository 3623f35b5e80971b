import { assert, assertEquals } from "@std/assert";
import type { Mark } from "../../../lib/base/mark.ts";
import type { Entry, Subscriber } from "../../../lib/bus/bus.ts";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { MemoryBuses } from "../../../lib/bus/local/memory_buses.ts";
import type { Carry } from "../../../lib/bus/local/memory_channels.ts";
import { numbers, oneOf, type Random } from "../../support/numbers.ts";
import { bytes } from "../contract/heard.ts";

const TOPICS = ["a", "b", "c"];
const decoder = new TextDecoder();

/** A server with a network of its own, on which the test decides when something arrives. */
interface Server {
  readonly bus: LocalBus;
  readonly arriving: (() => void)[];
  readonly carry: Carry;
  /** Whether nothing arrives for now, as if it was stopped. */
  isStopped: boolean;
  said: number;
}

/** Lets what follows from something happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await null;
}

/** What everybody has to agree on: who stands at which place. */
class Truth {
  readonly #texts = new Map<string, string>();
  readonly #places = new Map<string, string>();

  add({ log, number }: Mark, text: string): void {
    const place = `${log}.${number}`;
    assertEquals(this.#texts.get(place) ?? text, text, `at ${place}`);
    assertEquals(this.#places.get(text) ?? place, place, `"${text}" stands once`);
    this.#texts.set(place, text);
    this.#places.set(text, place);
  }
}

/** Somebody who listens, and is told everything in order, or what is missing. */
class Checked implements Subscriber, Disposable {
  next: Mark | undefined;
  readonly #truth: Truth;
  readonly #heard = new Map<string, number>();
  #subscription: Disposable | undefined;
  #isAnother = false;

  constructor(bus: LocalBus, topic: string, last: number, truth: Truth) {
    this.#truth = truth;
    this.#subscription = bus.subscribe(topic, this, { last });
  }

  began(past: readonly Entry[], next: Mark): void {
    assert(!this.next, "it begins once");
    this.next = past[0]?.mark ?? next;
    for (const entry of past) this.entry(entry);
    assertEquals(this.next, next);
  }

  entry({ mark, count, payload, from }: Entry): void {
    const { next } = this;
    assertEquals(mark, { log: this.#isAnother ? mark.log : next?.log, number: next?.number });
    this.#isAnother = false;
    this.next = { log: mark.log, number: mark.number + count };
    const text = decoder.decode(payload).trim();
    this.#truth.add(mark, text);
    // Of one server, in the order of its calls.
    const at = Number(text.split(":")[1]);
    assert(at > (this.#heard.get(from) ?? -1), `${text} is behind what was before`);
    this.#heard.set(from, at);
  }

  cast(): void {}

  lost(count: number | undefined): void {
    assert(this.next);
    if (count === undefined) {
      this.#isAnother = true;
      return;
    }
    assert(count > 0);
    this.next = { ...this.next, number: this.next.number + count };
  }

  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
  }
}

async function simulate(random: Random): Promise<void> {
  await using buses = new MemoryBuses({
    maxQueue: 3_000 + random(20_000),
    maxRecent: random(20_000),
    maxIdle: 10,
  });
  const truth = new Truth();
  const servers = Array.from({ length: 3 }, (): Server => {
    const arriving: (() => void)[] = [];
    const carry: Carry = (deliver) => void arriving.push(deliver);
    const bus = buses.join(carry);
    return { bus, arriving, carry, isStopped: false, said: 0 };
  });
  const listening: { readonly checked: Checked; readonly topic: string }[] = [];
  const placed: Promise<void>[] = [];
  const say = (server: Server) => {
    const text = `${server.bus.self}:${server.said++}`;
    const payload = bytes(text.padEnd(20 + random(1_000), " "));
    const terms = { count: 1 + random(3), keep: random(10) };
    placed.push(
      server.bus.publish(oneOf(random, TOPICS), payload, terms).then((mark) => {
        assert(mark, `${text} has its place`);
        truth.add(mark, text);
      }),
    );
  };
  const acts: ((server: Server) => void)[] = [
    say,
    say,
    say,
    say,
    (server) => {
      const topic = oneOf(random, TOPICS);
      listening.push({ topic, checked: new Checked(server.bus, topic, random(20), truth) });
    },
    () => {
      if (random(4) > 0 || listening.length === 0) return;
      const [one] = listening.splice(random(listening.length), 1);
      one?.checked[Symbol.dispose]();
    },
    (server) => server.isStopped = random(3) === 0,
    (server) => {
      if (random(4) > 0) return;
      if (server.bus.isAway) buses.mend(server.bus, server.carry);
      else buses.cut(server.bus);
    },
  ];
  for (let step = 0; step < 300; step++) {
    oneOf(random, acts)(oneOf(random, servers));
    for (let count = random(6); count > 0; count--) {
      const { isStopped, arriving } = oneOf(random, servers);
      if (!isStopped) arriving.shift()?.();
    }
    await settle();
  }
  // At the end all is well.
  for (let busy = true; busy;) {
    busy = false;
    for (const { bus, carry, arriving } of servers) {
      // The engine itself takes one for gone that has too much to read.
      if (bus.isAway && arriving.length === 0) buses.mend(bus, carry);
      for (const deliver of arriving.splice(0)) {
        busy = true;
        deliver();
      }
    }
    await settle();
    busy ||= servers.some(({ arriving }) => arriving.length > 0);
  }
  await Promise.all(placed);
  // All who listen have come to the same place.
  for (const topic of TOPICS) {
    const ends = listening.filter((one) => one.topic === topic).map(({ checked }) => checked.next);
    for (const next of ends) assertEquals(next, ends[0]);
  }
  for (const { checked } of listening) checked[Symbol.dispose]();
}

for (let seed = 0; seed < 12; seed++) {
  Deno.test(`LocalBus says everything once and in order on a network of seed ${seed}`, async () => {
    await simulate(numbers(seed));
  });
}
