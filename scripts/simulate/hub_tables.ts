import { COSTS, NETWORK } from "./costs.ts";
import { type Outcome, type Scenario, simulate } from "./simulate.ts";

const BYTES = 100;

/** A table for the page, with what it is made of. */
export interface HubTable {
  readonly text: string;
  readonly outcomes: readonly Outcome[];
}

/** Makes the table of what one message costs to a room in which everybody is. */
export async function oneRoom(): Promise<HubTable> {
  const sizes = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
  const outcomes: Outcome[] = [];
  for (const servers of [1, 10, 100]) {
    for (const members of sizes) outcomes.push(await simulate(quiet(servers, members, 20)));
  }
  const rows = outcomes.map((outcome) => {
    const { scenario, bytesUp, bytesDown, engine, deliveries, server, delay } = outcome;
    const { rate, what } = limitOf(outcome);
    return [
      short(scenario.servers),
      short(scenario.members),
      `${Math.round(bytesUp)} B`,
      size(bytesDown),
      time(engine),
      short(deliveries),
      time(server),
      `${time(delay(0.5) * 1_000)}, ${time(delay(0.99) * 1_000)}`,
      `${short(rate)}: ${what}`,
    ];
  });
  return {
    text: table([
      "Servers",
      "Members",
      "To the engine",
      "From it, in all",
      "Core of the engine",
      "Deliveries of a server",
      "Core of a server",
      "Delay, half and 99 %",
      "Messages a second at most, by",
    ], rows),
    outcomes,
  };
}

/** Makes the table of how much can be said in rooms of ten, in all of them together. */
export async function manyRooms(): Promise<HubTable> {
  const outcomes: Outcome[] = [];
  for (const servers of [1, 10, 100]) outcomes.push(await simulate(quiet(servers, 10, 200)));
  const rows = outcomes.map(({ scenario: { servers }, bytesDown, engine, framesDown }) => {
    const places = Math.min(10, servers);
    const work = COSTS.say + places * COSTS.take + 10 * COSTS.deliver;
    const [ofServers, ofEngine] = [servers * 1e6 / work, 1e6 / engine];
    return [
      short(servers),
      short(Math.round(framesDown)),
      size(bytesDown),
      time(engine),
      time(work),
      short(ofServers),
      short(ofEngine),
      String(Math.ceil(ofServers / ofEngine)),
    ];
  });
  return {
    text: table([
      "Servers",
      "Frames from the engine",
      "Bytes from the engine",
      "Core of the engine",
      "Cores of servers, in all",
      "Messages a second that the servers can take",
      "That one engine can take",
      "Engines that fill the servers",
    ], rows),
    outcomes,
  };
}

/** Makes the table of whether each gets each message once, in one order, whatever breaks. */
export async function faults(): Promise<HubTable> {
  const scenarios: readonly Scenario[] = [
    { servers: 4, members: 40, messages: 1_000, every: 5, bytes: BYTES },
    { servers: 4, members: 40, messages: 1_000, every: 5, bytes: BYTES, cuts: 12 },
    { servers: 10, members: 100, messages: 500, every: 10, bytes: BYTES, cuts: 20, deaths: 2 },
  ];
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) outcomes.push(await simulate(scenario));
  const rows = outcomes.map(({ scenario, delay, faults }) => {
    const { servers, members, messages, cuts = 0, deaths = 0 } = scenario;
    return [
      ...[servers, members, messages, cuts, deaths].map(short),
      `${time(delay(0.5) * 1_000)}, ${time(delay(0.99) * 1_000)}`,
      faults.length === 0 ? "none" : faults.join("; "),
    ];
  });
  return {
    text: table([
      "Servers",
      "Members",
      "Messages",
      "Connections that broke",
      "Servers that died",
      "Delay, half and 99 %",
      "Lost, twice or in another order",
    ], rows),
    outcomes,
  };
}

/** Messages that come no faster than half of what the servers can take. */
function quiet(servers: number, members: number, messages: number): Scenario {
  const work = COSTS.take + Math.ceil(members / servers) * COSTS.deliver;
  return { servers, members, messages, every: 1 + 2 * work / 1_000, bytes: BYTES };
}

/** How many messages a second there can be, and what is full then. */
function limitOf({ server, engine, bytesDown }: Outcome): { rate: number; what: string } {
  const limits = [
    { rate: 1e6 / server, what: "servers" },
    { rate: 1e6 / engine, what: "engine" },
    { rate: NETWORK.bandwidth * 1_000 / bytesDown, what: "network of the engine" },
  ];
  return limits.reduce((least, limit) => limit.rate < least.rate ? limit : least);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) +
    rows.map(line).join("");
}

/** A number with two digits that count. */
function short(value: number): string {
  if (value >= 1e6) return `${digits(value / 1e6)} M`;
  if (value >= 1e4) return `${digits(value / 1e3)} k`;
  return digits(value);
}

function digits(value: number): string {
  return String(value >= 100 ? Number(value.toPrecision(3)) : Number(value.toPrecision(2)));
}

const size = (bytes: number): string =>
  bytes < 1_000 ? `${Math.round(bytes)} B` : `${digits(bytes / 1_000)} KB`;

function time(microseconds: number): string {
  if (microseconds >= 1e6) return `${digits(microseconds / 1e6)} s`;
  if (microseconds >= 1e3) return `${digits(microseconds / 1e3)} ms`;
  return `${digits(microseconds)} µs`;
}
