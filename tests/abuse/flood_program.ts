/** Sends the same frames over and over; see `flood.ts`. Prints a line for each MiB, and ends with its input. */
import { RawClient } from "../support/client.ts";
import type { FloodOptions } from "./flood.ts";

const MIB = 2 ** 20;
const encoder = new TextEncoder();

const [url = "", hex = "", options = "{}"] = Deno.args;
const { rate = Infinity, clients = 1, reads = true, headers = {} } = JSON.parse(
  options,
) as FloodOptions;

const once = Uint8Array.fromHex(hex);
const copies = Math.max(1, Math.floor(65_536 / once.length));
const bytes = new Uint8Array(once.length * copies);
for (let copy = 0; copy < copies; copy++) bytes.set(once, copy * once.length);

let sent = 0;
const start = performance.now();

async function flood(): Promise<void> {
  const { hostname, port } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const client = await RawClient.open(url, { conn, headers });
  if (reads) drain(conn);
  for (;;) {
    const early = start + 1000 * sent / rate - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    await client.bytes(bytes);
    const before = Math.floor(sent / MIB);
    sent += bytes.length;
    for (let mib = before + 1; mib <= sent / MIB; mib++) say(`sent ${mib}`);
  }
}

async function drain(conn: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(MIB);
  while (await conn.read(chunk).catch(() => null) !== null);
}

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

const floods = Array.from({ length: clients }, flood);
say("flooding");
Promise.all(floods).catch((error) => say(`hung up: ${error}`));
for await (const _ of Deno.stdin.readable);
Deno.exit();
