import { Batch } from "../../lib/base/batch.ts";
import { LocalBus } from "../../lib/bus/local/local_bus.ts";
import { LocalEngine } from "../../lib/bus/local/local_engine.ts";
import type { MemoryChannels } from "../../lib/bus/local/memory_channels.ts";
import { BusHub } from "../../lib/hub/bus_hub.ts";
import { COSTS } from "./costs.ts";
import { Crowd } from "./crowd.ts";
import { Delays } from "./delays.ts";
import { Network } from "./network.ts";
import { randomOf } from "./random.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** A world to simulate. */
export interface Scenario {
  readonly servers: number;
  /** Members of one room, at all servers together. */
  readonly members: number;
  readonly messages: number;
  /** Milliseconds from one message to the next. */
  readonly every: number;
  /** Bytes of a message, at least 4. */
  readonly bytes: number;
  /** Connections with the engine that break and come again, each after a second. */
  readonly cuts?: number;
  /** Servers that end in the middle, for good. */
  readonly deaths?: number;
}

/** The costs of a scenario, for one message in the mean, and whether all went well. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly framesDown: number;
  /** Microseconds of the engine's core. */
  readonly engine: number;
  /** Deliveries of the server that has most. */
  readonly deliveries: number;
  /** Microseconds of that server's core. */
  readonly server: number;
  /** Milliseconds until a member has it, of a share of all. */
  readonly delay: (share: number) => number;
  /** Sentences about what went wrong; none where each had each message once, in the one order. */
  readonly faults: readonly string[];
}

// Members who are told apart at each server; those beyond are in their number.
const CROWDS = 10;

interface Server {
  readonly hub: BusHub;
  readonly bus: LocalBus;
  readonly crowds: Crowd[];
  channels: MemoryChannels;
  /** When its core is free. */
  free: number;
  wasCut: boolean;
  isDead: boolean;
}

/** Simulates rooms of several servers, by their real codec and hub, on a network and a clock that cost no time. */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const random = randomOf(scenario.servers * 31 + scenario.members);
  using clock = new VirtualClock();
  const network = new Network(clock, random);
  const engine = new LocalEngine();
  const delays = new Delays();
  const sentAt: number[] = [];
  const servers = Array.from({ length: scenario.servers }, (_, index): Server => {
    const channels = network.connect();
    engine.join(channels.ends[1], `server ${index}`);
    const bus = new LocalBus(channels.ends[0]);
    const crowds: Crowd[] = [];
    return { hub: new BusHub(bus), bus, crowds, channels, free: 0, wasCut: false, isDead: false };
  });
  await clock.run(1_000);
  for (const [index, server] of servers.entries()) {
    const rest = index < scenario.members % scenario.servers ? 1 : 0;
    const share = Math.floor(scenario.members / scenario.servers) + rest;
    const crowds = Math.min(CROWDS, share);
    for (let one = 0; one < crowds; one++) {
      const weight = Math.floor((share + one) / crowds);
      const crowd = new Crowd(`${index}-${one}`, weight, (crowd, message) => {
        const isFirst = crowd === server.crowds[0];
        const work = (isFirst ? COSTS.take : 0) + crowd.weight * COSTS.deliver;
        server.free = Math.max(server.free, clock.now) + work / 1_000;
        delays.add(server.free - (sentAt[message] ?? 0), crowd.weight);
      });
      server.crowds.push(crowd);
      server.hub.room("room").join(crowd);
    }
  }
  await clock.run(5_000);
  const before = { up: { ...network.up }, down: { ...network.down }, busy: network.engineBusy };
  const start = clock.now;
  for (let message = 0; message < scenario.messages; message++) {
    clock.at(start + message * scenario.every, () => {
      const living = servers.filter(({ isDead }) => !isDead);
      const from = living[Math.floor(random() * living.length)] as Server;
      sentAt[message] = clock.now;
      from.free = Math.max(from.free, clock.now) + COSTS.say / 1_000;
      const bytes = new Uint8Array(scenario.bytes);
      new DataView(bytes.buffer).setUint32(0, message);
      from.hub.room("room").publish(Batch.of(bytes));
    });
  }
  breakSome(scenario, servers, { clock, network, engine, start, random });
  await clock.run(start + scenario.messages * scenario.every + 30_000);
  const { messages } = scenario;
  const framesDown = (network.down.frames - before.down.frames) / messages;
  const most = Math.max(...servers.map(({ crowds }) => sum(crowds.map(({ weight }) => weight))));
  const outcome: Outcome = {
    scenario,
    bytesUp: (network.up.bytes - before.up.bytes) / messages,
    bytesDown: (network.down.bytes - before.down.bytes) / messages,
    framesDown,
    engine: (network.engineBusy - before.busy) * 1_000 / messages,
    deliveries: most,
    server: COSTS.take + most * COSTS.deliver,
    delay: (share) => delays.at(share),
    faults: faultsOf(servers, scenario),
  };
  for (const { hub, bus } of servers) {
    hub[Symbol.dispose]();
    await bus[Symbol.asyncDispose]();
  }
  return outcome;
}

function breakSome(
  { cuts = 0, deaths = 0, messages, every }: Scenario,
  servers: readonly Server[],
  { clock, network, engine, start, random }: {
    clock: VirtualClock;
    network: Network;
    engine: LocalEngine;
    start: number;
    random: () => number;
  },
): void {
  const anyTime = () => start + random() * messages * every;
  for (let index = 0; index < cuts; index++) {
    // Not of all: those that stay show the order.
    const some = Math.ceil((servers.length - deaths) / 2);
    const server = servers[index % some] as Server;
    const at = anyTime();
    clock.at(at, () => {
      server.wasCut = true;
      server.channels.cut();
    });
    clock.at(at + 1_000, () => {
      // Another break may have come before.
      server.channels.cut();
      server.channels = network.connect();
      engine.join(server.channels.ends[1], "again");
      server.bus.join(server.channels.ends[0]);
    });
  }
  for (const server of servers.slice(servers.length - deaths)) {
    clock.at(anyTime(), () => {
      server.isDead = true;
      server.channels.cut();
    });
  }
}

/** Looks whether each member got each message once, and in the one order; or was told that it did not. */
function faultsOf(servers: readonly Server[], { messages, deaths = 0 }: Scenario): string[] {
  const faults: string[] = [];
  const living = servers.filter(({ isDead }) => !isDead);
  const order = living.find(({ wasCut, crowds }) => !wasCut && crowds.length > 0)?.crowds[0]?.got ??
    [];
  // What a server had not handed on when it died, nobody has.
  const said = deaths > 0 ? order.length : messages;
  for (const { crowds, wasCut } of living) {
    for (const { id, got, missedCount } of crowds) {
      const once = new Set(got);
      if (once.size < got.length) faults.push(`${id} got ${got.length - once.size} twice`);
      const missing = said - once.size;
      if (missing !== 0 && missing !== missedCount) {
        faults.push(`${id} misses ${missing}, and was told of ${missedCount}`);
      }
      // Who is cut off hears its own first: all others have the one order.
      if (!wasCut && got.some((message, index) => message !== order[index])) {
        faults.push(`${id} has another order`);
      }
    }
  }
  return faults;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
