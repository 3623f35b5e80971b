import type { Channel } from "../../lib/bus/bus.ts";
import { type MemoryChannels, memoryChannels } from "../../lib/bus/local/memory_channels.ts";
import { COSTS, NETWORK } from "./costs.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** The network between servers and one engine, and the core that the engine has. */
export class Network {
  /** Frames and bytes that went to the engine, and from it. */
  readonly up = { frames: 0, bytes: 0 };
  readonly down = { frames: 0, bytes: 0 };
  /** Milliseconds that the engine was busy. */
  engineBusy = 0;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  #engineFree = 0;

  constructor(clock: VirtualClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A connection of a server, the first end, with the engine. */
  connect(): MemoryChannels {
    let isDown = false;
    const last = { up: 0, down: 0 };
    const channels = memoryChannels((deliver, bytes) => {
      const way = isDown ? "down" : "up";
      this[way].frames++;
      this[way].bytes += bytes;
      const leaves = isDown ? this.#work(this.#clock.now, COSTS.pass) : this.#clock.now;
      // What is sent behind something does not come before it.
      const arrives = Math.max(last[way], leaves + this.#travel(bytes));
      last[way] = arrives;
      if (isDown) return void this.#clock.at(arrives, deliver);
      this.#clock.at(arrives, () => this.#clock.at(this.#work(arrives, COSTS.accept), deliver));
    });
    watchSends(channels.ends[1], (send) => {
      isDown = true;
      send();
      isDown = false;
    });
    return channels;
  }

  /** Takes time of the engine's core; answers when that is over. */
  #work(from: number, microseconds: number): number {
    const ms = microseconds / 1_000;
    this.engineBusy += ms;
    return this.#engineFree = Math.max(this.#engineFree, from) + ms;
  }

  #travel(bytes: number): number {
    const { latency, jitter, bandwidth } = NETWORK;
    return latency - jitter * Math.log(1 - this.#random()) + bytes / bandwidth;
  }
}

function watchSends(channel: Channel, around: (send: () => void) => void): void {
  const send = channel.send.bind(channel);
  channel.send = (frame) => around(() => send(frame));
}
