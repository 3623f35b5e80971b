import type { Mark } from "../../lib/base/mark.ts";
import type { Bus, BusWatcher, Claim, Subscriber } from "../../lib/bus/bus.ts";
import { type Presence, readPresence, writePresence } from "../../lib/hub/presence.ts";

/** A bus without an engine, which tells its server what a test says. */
export class ToldBus implements Bus {
  readonly self = "aaaaaaaaaaaaaaaa";
  readonly name = "told";
  isAway = false;
  readonly peers: Set<string> = new Set();
  bufferedAmount = 0;
  /** Everything that was published, with what answers it. */
  readonly published: { payload: Uint8Array; answer: PromiseWithResolvers<Mark | undefined> }[] =
    [];
  /** Words about who is there that were cast. */
  readonly casts: Presence[] = [];
  readonly subscribers = new Map<string, Subscriber>();
  watcher: BusWatcher | undefined;
  drained: () => Promise<void> = () => Promise.resolve();

  watch(watcher: BusWatcher): Disposable {
    this.watcher = watcher;
    return { [Symbol.dispose]: () => this.watcher = undefined };
  }

  publish(_topic: string, payload: Uint8Array): Promise<Mark | undefined> {
    const answer = Promise.withResolvers<Mark | undefined>();
    this.published.push({ payload, answer });
    return answer.promise;
  }

  subscribe(topic: string, subscriber: Subscriber): Disposable {
    this.subscribers.set(topic, subscriber);
    return { [Symbol.dispose]: () => void this.subscribers.delete(topic) };
  }

  cast(_topic: string, payload: Uint8Array): void {
    const words = readPresence(payload);
    if (words) this.casts.push(words);
  }

  /** The engine brings something that was published here. */
  brings(topic: string, index: number): void {
    const { payload = new Uint8Array() } = this.published[index] ?? {};
    const mark = { log: "log", number: index + 1 };
    this.subscribers.get(topic)?.entry({ mark, count: 1, from: this.self, payload });
  }

  /** Another server says who is there. */
  says(topic: string, from: string, words: Partial<Presence>): void {
    const nothing = { version: 1, members: 0, watched: false, asks: false, changes: [] };
    this.subscribers.get(topic)?.cast(writePresence({ ...nothing, ...words }), from);
  }

  /** The engine goes. */
  goes(): void {
    this.isAway = true;
    this.watcher?.away?.("a test says so");
  }

  /** The engine is there again. */
  comes(): void {
    this.isAway = false;
    this.watcher?.back?.();
  }

  send(): void {}

  claim(): Promise<Claim> {
    return Promise.reject(new Error("Nobody asks for that"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
