import { LocalBus, type LocalBusOptions } from "./local_bus.ts";
import { LocalEngine, type LocalEngineOptions } from "./local_engine.ts";
import { type Carry, type MemoryChannels, memoryChannels } from "./memory_channels.ts";

/** Options of {@linkcode MemoryBuses}. */
export interface MemoryBusesOptions extends LocalEngineOptions, LocalBusOptions {
  /** The way of what is said, both ways: for a network with a clock of its own. */
  readonly carry?: Carry;
}

/** Any number of servers within one process, on one engine: for tests and simulations. */
export class MemoryBuses implements AsyncDisposable {
  /** The engine, with its figures. */
  readonly engine: LocalEngine;
  readonly #options: MemoryBusesOptions;
  readonly #channels = new Map<LocalBus, MemoryChannels>();

  constructor(options: MemoryBusesOptions = {}) {
    this.#options = options;
    this.engine = new LocalEngine(options);
  }

  /**
   * Another server.
   *
   * @param carry The way to it and from it; default: that of all.
   */
  join(carry: Carry | undefined = this.#options.carry): LocalBus {
    const channels = this.#connect(carry);
    const bus = new LocalBus(channels.ends[0], this.#options);
    this.#channels.set(bus, channels);
    return bus;
  }

  /** Breaks the connection of a server: what is on its way is lost, and the engine is away for it. */
  cut(bus: LocalBus): void {
    this.#channels.get(bus)?.cut();
  }

  /** Connects it again. */
  mend(bus: LocalBus, carry: Carry | undefined = this.#options.carry): void {
    const channels = this.#connect(carry);
    this.#channels.set(bus, channels);
    bus.join(channels.ends[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#channels.keys(), (bus) => bus[Symbol.asyncDispose]()));
  }

  #connect(carry: Carry | undefined): MemoryChannels {
    const channels = memoryChannels(carry);
    this.engine.join(channels.ends[1], `server ${this.#channels.size + 1}`);
    return channels;
  }
}
