/**
 * A worker of the bench of the bus: says so many messages on one topic, and takes those of all.
 *
 *     worker.ts SOCKET bus|control WORKERS MESSAGES SIZE
 *
 * It writes a line when it is ready, begins with a line on its standard input, and writes the milliseconds of its
 * processor when it has everything.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { Link } from "../../../lib/workers/link.ts";

// Bytes that wait until it holds itself back.
const MARK = 1024 * 1024;

const [path = "", kind, ...figures] = Deno.args;
const [workers = 0, messages = 0, size = 0] = figures.map(Number);

const link = new Link(await Deno.connect({ transport: "unix", path }));
const say = (line: string) => Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
const all = Promise.withResolvers<void>();
let taken = 0;
const take = () => {
  if (++taken === workers * messages) all.resolve();
};
const send = kind === "bus" ? await join() : control();

await say("ready");
await Deno.stdin.read(new Uint8Array(16));
const before = cpuUsage();
for (let at = 0; at < messages; at++) {
  const full = send(new Uint8Array(size));
  if (full) await full;
}
await all.promise;
const { user, system } = cpuUsage(before);
await say(String((user + system) / 1_000));
// Until all have everything.
await Deno.stdin.read(new Uint8Array(16));
link.close();

async function join(): Promise<(payload: Uint8Array) => Promise<void> | undefined> {
  const bus = new LocalBus(link.channels.bus);
  const begun = Promise.withResolvers<void>();
  bus.subscribe("room", { began: () => begun.resolve(), entry: take, cast() {}, lost() {} });
  await begun.promise;
  const terms = { count: 1, keep: 100 };
  return (payload) => {
    void bus.publish("room", payload, terms);
    return bus.bufferedAmount > MARK ? bus.drained(MARK / 2) : undefined;
  };
}

/** The same way, with nobody who numbers and keeps what is said. */
function control(): (payload: Uint8Array) => Promise<void> | undefined {
  const { bus: channel } = link.channels;
  channel.listen(take);
  return (payload) => {
    channel.send(payload);
    return channel.bufferedAmount > MARK ? channel.drained(MARK / 2) : undefined;
  };
}
