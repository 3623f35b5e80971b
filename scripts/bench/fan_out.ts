/**
 * How fast one process reaches many clients: `seq` behind `process` with one client, and behind `shared`
 * with 1, 10 and 100, in the same run.
 *
 *     deno run -A scripts/bench/fan_out.ts            # both engines
 *     deno run -A scripts/bench/fan_out.ts node       # one of them
 *
 * @module
 */
import { resolve } from "node:path";
import { Client } from "./client.ts";
import { maskedFrame } from "./masked_frame.ts";
import { startServer } from "./start_server.ts";

const ROUNDS = 3;
const LINES = 300_000;
const MAIN = resolve(import.meta.dirname ?? ".", "../../main.ts");
const GO = maskedFrame(new TextEncoder().encode("go"), { opcode: 1 });

if (import.meta.main) {
  const engines = Deno.args.length > 0 ? Deno.args : ["native", "node"];
  for (const engine of engines) await compare(engine);
}

async function compare(engine: string): Promise<void> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (
      const [handler, clients] of [["process", 1], ["shared", 1], ["shared", 10], [
        "shared",
        100,
      ]] as const
    ) {
      // As many messages altogether, but for the first two.
      const lines = Math.ceil(LINES / Math.sqrt(clients));
      const name = `${handler}, ${clients} client${clients > 1 ? "s" : ""}`;
      const rate = await measure(engine, handler, clients, lines);
      best.set(name, Math.max(best.get(name) ?? 0, rate));
    }
  }
  const base = best.get("process, 1 client") ?? NaN;
  for (const [name, rate] of best) {
    const ratio = (rate / base).toFixed(2);
    // deno-lint-ignore no-console -- it is what it is run for
    console.log(`${engine.padEnd(7)} ${name.padEnd(20)} ${Math.round(rate)} messages/s  ${ratio}`);
  }
}

/** Messages that arrive in a second at all clients together. */
async function measure(
  engine: string,
  handler: string,
  count: number,
  lines: number,
): Promise<number> {
  await using server = await startServer(
    {
      name: handler,
      command: (port) => [
        Deno.execPath(),
        "run",
        "-A",
        MAIN,
        `--port=${port}`,
        "--address=127.0.0.1",
        `--engine=${engine}`,
        `--route=/=${handler} sh -c 'read -r go; seq 1 ${lines}; read -r end'`,
      ],
    },
    [],
    AbortSignal.timeout(60_000),
  );
  using clients = new DisposableStack();
  const all: Client[] = [];
  for (let index = 0; index < count; index++) {
    all.push(clients.use(await Client.connect(server.port, { bufferSize: 256 * 1024, pause: 1 })));
  }
  const begin = performance.now();
  await all[0]?.write(GO);
  await Promise.all(all.map((client) => client.readUntil(lines)));
  return count * lines / (performance.now() - begin) * 1_000;
}
