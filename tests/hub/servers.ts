import { Batch, type Message } from "../../lib/base/batch.ts";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { markText } from "../../lib/base/mark.ts";
import { LocalBus } from "../../lib/bus/local/local_bus.ts";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import type { Member } from "../../lib/contract.ts";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { NotingMeter } from "../base/noting_meter.ts";
import { inTime } from "../support/in_time.ts";

/** Several servers on one engine, in one process. */
export class Servers implements AsyncDisposable {
  readonly buses = new MemoryBuses();
  readonly meter = new NotingMeter();
  readonly all: { readonly hub: BusHub; readonly bus: LocalBus }[] = [];

  constructor(count: number) {
    for (let index = 0; index < count; index++) this.add();
  }

  /** Another server. */
  add(): BusHub {
    const bus = this.buses.join();
    const hub = new BusHub(bus, this.meter);
    this.all.push({ hub, bus });
    return hub;
  }

  hub(index: number): BusHub {
    return this.#at(index).hub;
  }

  bus(index: number): LocalBus {
    return this.#at(index).bus;
  }

  #at(index: number) {
    const server = this.all[index];
    if (!server) throw new RangeError(`There is no server ${index}`);
    return server;
  }

  /** Lets all that is under way arrive: nothing of it takes time. */
  async quiet(): Promise<void> {
    await nextTurn();
    await nextTurn();
  }

  /** Takes the engine away from a server. */
  cut(index: number): void {
    this.buses.cut(this.bus(index));
  }

  mend(index: number): void {
    this.buses.mend(this.bus(index));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { hub } of this.all) hub[Symbol.dispose]();
    await this.buses[Symbol.asyncDispose]();
  }
}

/** Somebody who remembers what it was told, in order. */
export class Guest implements Member {
  readonly id: string;
  readonly told: Message[] = [];
  readonly marks: (string | undefined)[] = [];
  readonly missedCounts: (number | undefined)[] = [];
  apartTimes = 0;
  #arrival = Promise.withResolvers<void>();

  constructor(id: string) {
    this.id = id;
  }

  deliver(batch: Batch): void {
    for (const [index, message] of [...batch].entries()) {
      this.told.push(message);
      const { mark } = batch;
      this.marks.push(mark && markText({ ...mark, number: mark.number + index }));
    }
    this.#tell();
  }

  replay(past: readonly Batch[]): void {
    for (const batch of past) this.deliver(batch);
  }

  missed(count: number | undefined): void {
    this.missedCounts.push(count);
    this.#tell();
  }

  apart(): void {
    this.apartTimes++;
    this.#tell();
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const wait = async () => {
      while (!isSo()) await this.#arrival.promise;
    };
    await inTime(wait(), () => `${what}: ${this.id} was told ${JSON.stringify(this.told)}`);
  }

  /** Waits until it was told so many messages. */
  async count(messages: number): Promise<readonly Message[]> {
    await this.until(() => this.told.length >= messages, `${messages} messages`);
    return this.told;
  }

  #tell(): void {
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers();
  }
}

/** Says something in a room at a server. */
export function say(hub: BusHub, room: string, message: Message, ...except: string[]): number {
  return hub.room(room).publish(Batch.of(message), except.length > 0 ? new Set(except) : undefined);
}
