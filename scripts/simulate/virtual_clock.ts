import { setImmediate } from "node:timers";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** A clock that goes from one event to the next, and costs no time. Timers of whatever runs meanwhile are its own. */
export class VirtualClock implements Disposable {
  /** Milliseconds since it began. */
  now = 0;
  /** A heap: the earliest is the first. */
  readonly #events: Event[] = [];
  readonly #cancelled = new Set<number>();
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  #order = 0;

  constructor() {
    const set = (act: () => void, ms = 0) => this.at(this.now + ms, act);
    const clear = (timer: number) => void this.#cancelled.add(timer);
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  /** Does something at a time; answers the number of the timer. */
  at(time: number, act: () => void): number {
    const event = { at: Math.max(time, this.now), order: ++this.#order, act };
    const events = this.#events;
    let index = events.push(event) - 1;
    for (let parent; index > 0 && isBefore(event, events[parent = (index - 1) >> 1] as Event);) {
      events[index] = events[parent] as Event;
      index = parent;
    }
    events[index] = event;
    return event.order;
  }

  /** Goes on until a time, or until nothing is to happen any more. */
  async run(until = Infinity): Promise<void> {
    for (let event; (event = this.#events[0]) && event.at <= until;) {
      this.#shift();
      if (this.#cancelled.delete(event.order)) continue;
      this.now = event.at;
      event.act();
      // Whatever it has promised comes before the next.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (until < Infinity) this.now = until;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }

  #shift(): void {
    const events = this.#events;
    const last = events.pop() as Event;
    if (events.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      const right = events[child + 1];
      if (right && isBefore(right, events[child] as Event)) child++;
      if (isBefore(last, events[child] as Event)) break;
      events[index] = events[child] as Event;
      index = child;
    }
    events[index] = last;
  }
}

const isBefore = (one: Event, other: Event): boolean =>
  one.at < other.at || one.at === other.at && one.order < other.order;
