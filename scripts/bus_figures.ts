/**
 * Measures a bus over Redis: what one server publishes, and what others get of it; in a second, and in microseconds
 * of a core for each message, which depend less on what else the machine does.
 *
 *     deno run -A scripts/bus_figures.ts redis://127.0.0.1 --servers=2 --seconds=3
 *
 * All servers are in this one process, so the figures are of one core for them together.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { Log } from "../lib/base/log.ts";
import { RedisBus } from "../lib/bus/redis/redis_bus.ts";

// Messages of a server that are under way at once in the runs for throughput.
const WINDOW = 2_000;

const { _: [url = "redis://127.0.0.1"], servers, seconds } = parseArgs(Deno.args, {
  string: ["servers", "seconds"],
  default: { servers: "2", seconds: "3" },
});

interface Run {
  readonly topics: number;
  readonly bytes: number;
  /** Messages under way at once. */
  readonly window: number;
}

/** Publishes from the first server for a while; all servers listen to all topics. */
async function measure(buses: readonly RedisBus[], { topics, bytes, window }: Run): Promise<void> {
  const names = Array.from({ length: topics }, (_, at) => `${crypto.randomUUID()}-${at}`);
  let delivered = 0;
  const subscriptions = await Promise.all(
    buses.flatMap((bus) =>
      names.map((name) =>
        new Promise<Disposable>((resolve) => {
          const subscription = bus.subscribe(name, {
            began: () => queueMicrotask(() => resolve(subscription)),
            entry: () => void delivered++,
            cast() {},
            lost: (count) => {
              throw new Error(`lost ${count}`);
            },
          });
        })
      )
    ),
  );
  const [bus] = buses as [RedisBus];
  const [began, used, redis] = [performance.now(), process.cpuUsage(), await cpuOfRedis()];
  const end = began + 1_000 * Number(seconds);
  let published = 0;
  let delays = 0;
  const speak = async (name: string) => {
    while (performance.now() < end) {
      const said = performance.now();
      await bus.publish(name, new Uint8Array(bytes), { count: 1, keep: 100 });
      delays += performance.now() - said;
      published++;
    }
  };
  await Promise.all(Array.from({ length: window }, (_, at) => speak(names[at % topics] ?? "")));
  const took = (performance.now() - began) / 1_000;
  for (const subscription of subscriptions) subscription[Symbol.dispose]();
  const rate = (count: number) => Math.round(count / took).toLocaleString("en");
  const { user, system } = process.cpuUsage(used);
  const each = (micros: number) => (micros / published).toFixed(1);
  const line = [
    ...[topics, bytes, window, rate(published), rate(delivered), (delays / published).toFixed(1)],
    ...[each(user + system), each(1e6 * (await cpuOfRedis() - redis))],
  ];
  const text = `| ${line.join(" | ")} |\n`;
  await Deno.stdout.write(new TextEncoder().encode(text));
}

/** Seconds of a core that Redis has used. */
async function cpuOfRedis(): Promise<number> {
  const command = new Deno.Command("redis-cli", { args: ["-u", String(url), "INFO", "cpu"] });
  const text = new TextDecoder().decode((await command.output()).stdout);
  const seconds = [...text.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)];
  return seconds.reduce((sum, [, number]) => sum + Number(number), 0);
}

const buses = await Promise.all(
  Array.from({ length: Number(servers) }, () => RedisBus.open(String(url), { log: new Log() })),
);
for (
  const run of [
    { topics: 1, bytes: 100, window: 1 },
    { topics: 1, bytes: 100, window: WINDOW },
    { topics: 1, bytes: 10_000, window: 200 },
    { topics: 100, bytes: 100, window: WINDOW },
    { topics: 1_000, bytes: 100, window: WINDOW },
  ]
) await measure(buses, run);
await Promise.all(buses.map((bus) => bus[Symbol.asyncDispose]()));
