/**
 * Measures the local bus: workers that all say something on one topic, and all take it.
 *
 *     deno run -A scripts/bus.ts                            2 and 4 workers, messages of 100 bytes and 16 KiB
 *     deno run -A scripts/bus.ts --workers=4 --size=1000 --messages=100000
 *
 * The control is the same way between the processes with nobody who numbers and keeps what is said: frames, passed on.
 * What counts are ratios to it in one run; processor time says more than deliveries a second where others use the machine.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { cpuUsage } from "node:process";
import { LocalEngine } from "../lib/bus/local/local_engine.ts";
import { Link } from "../lib/workers/link.ts";
import { formatFigure } from "./bench/format_figure.ts";

const WORKER = new URL("./bench/bus/worker.ts", import.meta.url).pathname;

interface Run {
  readonly kind: "bus" | "control";
  readonly workers: number;
  readonly size: number;
  readonly messages: number;
}

/** Figures of one run: deliveries a second, and microseconds of a processor for each. */
interface Figures {
  readonly deliveries: number;
  readonly parent: number;
  readonly worker: number;
}

async function measure({ kind, workers, size, messages }: Run): Promise<Figures> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const engine = new LocalEngine();
  const links: Link[] = [];
  const processes = Array.from({ length: workers }, () =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        WORKER,
        path,
        kind,
        ...[workers, messages, size].map(String),
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn());
  for (let at = 0; at < workers; at++) {
    const link = new Link(await listener.accept());
    links.push(link);
    if (kind === "bus") engine.join(link.channels.bus, `worker ${at + 1}`);
    else {link.channels.bus.listen((frame) =>
        links.forEach(({ channels }) => channels.bus.send(frame))
      );}
  }
  const ends = processes.map(({ stdin, stdout }) => ({
    stdin: stdin.getWriter(),
    lines: stdout.pipeThrough(new TextDecoderStream()).getReader(),
  }));
  await Promise.all(ends.map(({ lines }) => lines.read()));
  const before = cpuUsage();
  const start = performance.now();
  const used = await Promise.all(ends.map(async ({ stdin, lines }) => {
    await stdin.write(new TextEncoder().encode("go"));
    return Number((await lines.read()).value);
  }));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = cpuUsage(before);
  await Promise.all(ends.map(({ stdin }) => stdin.close()));
  await Promise.all(processes.map(({ status }) => status));
  await Promise.all(ends.map(({ lines }) => lines.cancel()));
  for (const link of links) link.close();
  await Deno.remove(folder, { recursive: true });
  const count = workers * workers * messages;
  return {
    deliveries: count / seconds,
    parent: (user + system) / count,
    worker: used.reduce((sum, ms) => sum + ms, 0) * 1_000 / count,
  };
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workers: { type: "string", default: "2,4" },
      size: { type: "string", default: "100,16384" },
      messages: { type: "string" },
    },
  });
  await say("workers  bytes  kind     deliveries/s  parent µs  workers µs");
  for (const workers of values.workers.split(",").map(Number)) {
    for (const size of values.size.split(",").map(Number)) {
      const messages = Number(values.messages ?? (size > 1_000 ? 4_000 : 50_000));
      for (const kind of ["control", "bus"] as const) {
        const { deliveries, parent, worker } = await measure({ kind, workers, size, messages });
        const cells = [
          String(workers).padStart(7),
          String(size).padStart(5),
          kind.padEnd(7),
          formatFigure(deliveries).padStart(12),
          parent.toFixed(2).padStart(9),
          worker.toFixed(2).padStart(10),
        ];
        await say(cells.join("  "));
      }
    }
  }
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await main(Deno.args);
