/**
 * Measures what compression costs and saves for JSON, and prints a table in Markdown: bytes on the wire, and the
 * server's processor time, for each message that a client gets. The messages to the server are not compressed.
 *
 *     deno run -A scripts/compression.ts
 *
 * @module
 */

import { frame } from "../tests/support/client.ts";
import { numbers, oneOf, type Random } from "../tests/support/numbers.ts";
import { TestServer } from "../tests/support/server.ts";
import { Client } from "./bench/client.ts";

/** Bytes of a message, and how many there are. */
const SIZES = [[100, 50_000], [1_000, 20_000], [10_000, 4_000]] as const;
const WAYS: readonly (readonly [name: string, ...args: string[]])[] = [
  ["off"],
  ["`compress`", "--compress"],
  ["`compresscontext`, `compressbits=12`", "--compress", "--compresscontext", "--compressbits=12"],
  ["`compresscontext`", "--compress", "--compresscontext"],
];
/** Handlers that clients are connected to, how many these are, and whether each gets what any of them says. */
const TASKS: readonly (readonly [name: string, route: string, clients: number, isRoom: boolean])[] =
  [
    ["1 client of `cat`", "process cat", 1, false],
    ["50 clients of `cat` in turn", "process cat", 50, false],
    ["a room of 50", "broadcast", 50, true],
  ];
const DIFFERENT = 2_000;
// A tick of /proc, in µs.
const TICK = 10_000;

const encoder = new TextEncoder();

interface Figures {
  readonly bytes: number;
  readonly micros: number;
}

/** One row of JSON, or a list of them, with so many bytes at least. */
function jsonOf(random: Random, size: number): string {
  const rows: unknown[] = [];
  for (let text = "";;) {
    rows.push({
      id: random(1_000_000),
      name: oneOf(random, ["alice", "bob", "carol", "dave"]),
      price: random(100_000) / 100,
      at: 1_700_000_000_000 + random(1_000_000_000),
      done: random(2) === 1,
      note: oneOf(random, ["on its way", "waiting for payment", "cancelled by the customer"]),
    });
    text = JSON.stringify(rows.length > 1 ? rows : rows[0]);
    if (text.length >= size * 0.95) return text;
  }
}

async function measure(
  [size, most]: (typeof SIZES)[number],
  args: readonly string[],
  [, route, count, isRoom]: (typeof TASKS)[number],
): Promise<Figures> {
  await using server = await TestServer.start([`--route=*=${route}`, "--loglevel=info", ...args], {
    form: "node",
  });
  using stack = new DisposableStack();
  const clients: Client[] = [];
  const options = { bufferSize: 256 * 1024, pause: 1, compressed: args.length > 0 };
  while (clients.length < count) {
    clients.push(stack.use(await Client.connect(server.port, options)));
  }
  const random = numbers(1);
  const frames = Array.from({ length: DIFFERENT }, () => {
    return Uint8Array.from(frame(0x81, encoder.encode(jsonOf(random, size))));
  });
  const messages = isRoom ? most / 10 : most;
  const speak = async (from: number, to: number) => {
    for (let said = from; said < to; said++) {
      const speaker = clients[said % count] as Client;
      await speaker.write(frames[said % DIFFERENT] as Uint8Array<ArrayBuffer>);
      if (said % 100 < 99 && said < to - 1) continue;
      await Promise.all(clients.map((client, index) => {
        return client.readUntil(isRoom ? said + 1 : Math.ceil((said + 1 - index) / count));
      }));
    }
  };
  const bytes = () => clients.reduce((sum, { received }) => sum + received.payloadBytes, 0);
  const warmUp = Math.ceil(messages / 10);
  await speak(0, warmUp);
  const before = { bytes: bytes(), time: timeOf(server.pid) };
  await speak(warmUp, messages);
  const got = (messages - warmUp) * (isRoom ? count : 1);
  return {
    bytes: (bytes() - before.bytes) / got,
    micros: (timeOf(server.pid) - before.time) / got,
  };
}

/** The processor time that a process has taken, in µs. */
function timeOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return TICK * (Number(user) + Number(system));
}

const print = (cells: readonly string[]) =>
  Deno.stdout.writeSync(
    encoder.encode(`| ${cells.join(" | ")} |\n`),
  );

const head = ["JSON", "", "bytes", ...TASKS.map(([name]) => name)];
print(head);
print(head.map(() => "---"));
for (const size of SIZES) {
  for (const [name, ...args] of WAYS) {
    const found: Figures[] = [];
    for (const task of TASKS) found.push(await measure(size, args, task));
    print([
      `${size[0]} bytes`,
      name,
      `${Math.round(found[0]?.bytes ?? 0)}`,
      ...found.map(({ micros }) => `${micros.toFixed(1)} µs`),
    ]);
  }
}
