import { cpuUsage } from "node:process";
import { Batch } from "../../lib/base/batch.ts";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import { readEnvelope, writeEnvelope } from "../../lib/bus/envelope.ts";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { broadcast, serve } from "../../lib/mod.ts";
import type { COSTS } from "./costs.ts";

const SIZE = 100;
const MEMBERS = 200;

/** Measures what {@linkcode COSTS} says, with what is really done, by the time that the system counts for it. */
export async function measure(): Promise<Record<keyof typeof COSTS, number>> {
  const payload = writeEnvelope({ number: 1, except: undefined, batch: message() });
  const write = await timeOf(
    50_000,
    () => void writeEnvelope({ number: 1, except: undefined, batch: message() }),
  );
  const take = await timeOf(50_000, () => void readEnvelope(payload)?.batch.frames);
  // What one server says and another one hears, less for what is done at the engine for another listener.
  const [one, four] = [await timeOfEntry(1), await timeOfEntry(4)];
  const pass = (four - one) / 3;
  return {
    say: write + one / 2,
    take: take + pass / 2,
    accept: Math.max(0, one / 2 - pass / 2),
    pass: pass / 2,
    deliver: await timeOfDelivery(),
  };
}

const message = () => Batch.of(new Uint8Array(SIZE));

/** Microseconds of one, after as many to get warm. */
async function timeOf(times: number, act: () => void | Promise<void>): Promise<number> {
  for (let index = 0; index < times / 10; index++) await act();
  const before = cpuUsage();
  for (let index = 0; index < times; index++) await act();
  const { user, system } = cpuUsage(before);
  return (user + system) / times;
}

/** Microseconds for a message over the local bus, for so many servers that listen. */
async function timeOfEntry(listeners: number): Promise<number> {
  await using buses = new MemoryBuses();
  const bus = buses.join();
  for (let index = 0; index < listeners; index++) {
    buses.join().subscribe("topic", { began() {}, entry() {}, cast() {}, lost() {} });
  }
  await nextTurn();
  let said = 0;
  const time = await timeOf(20_000, async () => {
    bus.publish("topic", new Uint8Array(SIZE), { count: 1, keep: 0 });
    if (++said % 100 === 0) await nextTurn();
    else await Promise.resolve();
  });
  await nextTurn();
  return time;
}

/** Microseconds of the server for a message to one member, over a socket. */
async function timeOfDelivery(): Promise<number> {
  await using server = await serve({
    port: 0,
    addresses: ["127.0.0.1"],
    routes: [{ path: "*", handler: broadcast() }],
  });
  const [address = ""] = server.addresses;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", CLIENTS, address, String(MEMBERS)],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const speaker = new WebSocket(address);
  await new Promise((resolve) => speaker.onopen = resolve);
  let heard = 0;
  const said = 1_000;
  const all = new Promise<void>((resolve) => {
    speaker.onmessage = () => {
      if (++heard === said) resolve();
      else speaker.send(new Uint8Array(SIZE));
    };
  });
  const before = cpuUsage();
  speaker.send(new Uint8Array(SIZE));
  await all;
  const { user, system } = cpuUsage(before);
  child.kill("SIGTERM");
  await reader.cancel();
  await child.status;
  await new Promise((resolve) => {
    speaker.onclose = resolve;
    speaker.close();
  });
  return (user + system) / said / (MEMBERS + 1);
}

const CLIENTS = `
const [address, count] = Deno.args;
const sockets = Array.from({ length: Number(count) }, () => new WebSocket(address));
await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.onopen = resolve)));
console.log("open");
`;
