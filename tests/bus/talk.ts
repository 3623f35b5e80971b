import { assert, assertEquals } from "@std/assert";
import type { Bus } from "../../lib/bus/bus.ts";
import { bytes, Heard } from "./contract/heard.ts";

/** Servers that speak on one topic, and the account of what has come of it. */
export class Talk implements Disposable {
  readonly #buses: readonly Bus[];
  readonly #heard: readonly Heard[];
  readonly #topic: string;
  readonly #placed: Promise<unknown>[] = [];
  #said = 0;

  private constructor(buses: readonly Bus[], heard: readonly Heard[], topic: string) {
    [this.#buses, this.#heard, this.#topic] = [buses, heard, topic];
  }

  /** Everybody listens, and has begun. */
  static async begin(buses: readonly Bus[], topic = "room"): Promise<Talk> {
    return new Talk(buses, await Promise.all(buses.map((bus) => Heard.to(bus, topic))), topic);
  }

  /** All that was heard by each. */
  get heard(): readonly Heard[] {
    return this.#heard;
  }

  /** Each says so many, in turns of the event loop. Does not wait for answers. */
  async say(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      for (const [who, bus] of this.#buses.entries()) {
        const payload = bytes(`${who}:${this.#said}`);
        this.#placed.push(bus.publish(this.#topic, payload, { count: 1, keep: 10_000 }));
      }
      this.#said++;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** Waits until everything has its place; answers how many have none. */
  async settled(): Promise<number> {
    return (await Promise.all(this.#placed)).filter((mark) => mark === undefined).length;
  }

  /** The last that each says has come to all, behind everything. */
  async end(): Promise<void> {
    for (const [who, bus] of this.#buses.entries()) {
      assert(await bus.publish(this.#topic, bytes(`${who}:end`), { count: 1, keep: 10_000 }));
    }
    for (const heard of this.#heard) {
      for (const who of this.#buses.keys()) await heard.until(`${who}:end`);
    }
  }

  /** Checks that everybody has everything once, in one order, or was told of what is lost; answers who was. */
  check(): boolean[] {
    const expected = [...Array(this.#said).keys()].map(String).concat("end");
    for (const heard of this.#heard) {
      const texts = heard.events.filter((event) => /^\d+:/.test(event));
      assertEquals(new Set(texts).size, texts.length, "something came twice");
      for (const who of this.#buses.keys()) {
        const own = texts.filter((text) => text.startsWith(`${who}:`)).map((text) =>
          text.slice(`${who}:`.length)
        );
        const isTold = heard.events.some((event) => event.startsWith("lost"));
        const inOrder = expected.filter((text) => own.includes(text));
        assertEquals(own, inOrder, "something came out of order");
        if (!isTold) assertEquals(own, expected, "something is lost, and nobody was told");
      }
      const marks = heard.entries.map(({ mark }) => mark);
      for (const [at, { log, number }] of marks.entries()) {
        const before = marks[at - 1];
        if (before?.log === log) assert(number > before.number, `${number} > ${before.number}`);
      }
    }
    return this.#heard.map(({ events }) => events.some((event) => event.startsWith("lost")));
  }

  [Symbol.dispose](): void {
    for (const heard of this.#heard) heard[Symbol.dispose]();
  }
}
