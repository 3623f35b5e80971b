import type { Mark } from "../../../lib/base/mark.ts";
import type { Bus, Entry, SubscribeOptions, Subscriber } from "../../../lib/bus/bus.ts";
import { inTime } from "../../support/in_time.ts";

const decoder = new TextDecoder();

/** Bytes of a text. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Resolves when something has come that is waited for. */
export class Until {
  readonly #waiting: { readonly is: () => boolean; readonly resolve: () => void }[] = [];

  /** Looks whether it has come. */
  look(): void {
    for (const one of this.#waiting.splice(0)) {
      if (one.is()) one.resolve();
      else this.#waiting.push(one);
    }
  }

  /** Waits for it. */
  wait(is: () => boolean, what: () => string): Promise<void> {
    if (is()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ is, resolve });
    return inTime(promise, what);
  }
}

/** Somebody who listens to a topic, and notes what he is told: `began`, texts, `cast:…` and `lost:…`. */
export class Heard implements Subscriber, Disposable {
  readonly events: string[] = [];
  /** What was brought, the past included. */
  readonly entries: Entry[] = [];
  /** The place of the message that came next at the beginning. */
  next: Mark | undefined;
  readonly #until = new Until();
  #subscription: Disposable | undefined;

  /** Listens, and has begun. */
  static async to(bus: Bus, topic: string, options?: SubscribeOptions): Promise<Heard> {
    const heard = Heard.soon(bus, topic, options);
    await heard.until("began");
    return heard;
  }

  /** Listens, and will begin. */
  static soon(bus: Bus, topic: string, options?: SubscribeOptions): Heard {
    const heard = new Heard();
    heard.#subscription = bus.subscribe(topic, heard, options);
    return heard;
  }

  /** Texts of all that was brought, the past included. */
  get texts(): string[] {
    return this.entries.map(({ payload }) => decoder.decode(payload));
  }

  began(past: readonly Entry[], next: Mark): void {
    this.next = next;
    this.entries.push(...past);
    this.#note("began");
  }

  entry(entry: Entry): void {
    this.entries.push(entry);
    this.#note(decoder.decode(entry.payload));
  }

  cast(payload: Uint8Array, _from: string): void {
    this.#note(`cast:${decoder.decode(payload)}`);
  }

  lost(count: number | undefined): void {
    this.#note(`lost:${count}`);
  }

  /** Waits until it has noted something, which may have been long ago. */
  until(event: string): Promise<void> {
    return this.#until.wait(
      () => this.events.includes(event),
      () => `${event}, after ${this.events.length} events: ${this.events.slice(-9)}`,
    );
  }

  /** Waits until so many entries were brought, the past included. */
  untilCount(count: number): Promise<void> {
    return this.#until.wait(
      () => this.entries.length >= count,
      () => `${count} entries, after ${this.entries.length}: ${this.events.slice(-9)}`,
    );
  }

  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
  }

  #note(event: string): void {
    this.events.push(event);
    this.#until.look();
  }
}

/** Somebody who watches a bus, and notes what he is told: `joined:…`, `left:…`, texts, `away` and `back`. */
export class Watched implements Disposable {
  readonly events: string[] = [];
  readonly #until = new Until();
  readonly #watch: Disposable;

  constructor(bus: Bus) {
    this.#watch = bus.watch({
      joined: (peer) => this.#note(`joined:${peer}`),
      left: (peer) => this.#note(`left:${peer}`),
      received: (payload, from) => this.#note(`${from}:${decoder.decode(payload)}`),
      away: () => this.#note("away"),
      back: () => this.#note("back"),
    });
  }

  /** Waits until it has noted something, which may have been long ago. */
  until(event: string): Promise<void> {
    return this.#until.wait(
      () => this.events.includes(event),
      () => `${event}, after ${this.events.slice(-9)}`,
    );
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #note(event: string): void {
    this.events.push(event);
    this.#until.look();
  }
}

/** Resolves when a signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return inTime(promise, () => "the end of a claim");
}

/** Resolves when a server knows others. */
export async function knows(bus: Bus, ...peers: readonly Bus[]): Promise<void> {
  using watched = new Watched(bus);
  for (const { self } of peers) {
    if (!bus.peers.has(self)) await watched.until(`joined:${self}`);
  }
}
