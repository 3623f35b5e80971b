import { Client } from "./client.ts";
import type { Goal, Item } from "./item.ts";
import { maskedFrame } from "./masked_frame.ts";

/** The shape of the load of {@linkcode pipelined}. */
export interface PipelinedShape {
  /** The name of the item. */
  readonly name: string;
  /** The name of its only metric. */
  readonly metric: string;
  /** The goals of stdws against others. */
  readonly goals: readonly Goal[];
  /** The number of connections that echo at the same time. */
  readonly connections: number;
  /** Messages in all; a fifth as many come before as a warm-up. */
  readonly messages: { readonly full: number; readonly quick: number };
  /**
   * See `pause` of the client. One connection has too little under way for it.
   *
   * @default {0}
   */
  readonly pause?: number;
}

const PAYLOAD_BYTES = 32;
// websocketd does not read its process while it writes to it: what is under way has to fit into pipes.
const WINDOW = 500;
// Frames that are written together, so that the client makes fewer calls than the server.
const REFILL = 50;

/**
 * Makes an item that echoes messages through `cat` without waiting for each, with at most 500 of
 * them under way per connection.
 *
 * @param shape The connections and messages of the load.
 * @returns The item.
 */
export function pipelined(shape: PipelinedShape): Item {
  const { name, metric, goals, connections, messages, pause = 0 } = shape;
  return {
    name,
    metrics: [{ name: metric, unit: "msg/s", goals }],
    async measure({ size, start }) {
      const { port } = await start(["cat"]);
      using clients = new DisposableStack();
      const all: Client[] = [];
      for (let i = 0; i < connections; i++) {
        all.push(clients.use(await Client.connect(port, { bufferSize: 64 * 1024, pause })));
      }
      const each = Math.ceil(messages[size] / connections);
      await Promise.all(all.map((client) => echo(client, Math.ceil(each / 5))));
      const begin = performance.now();
      await Promise.all(all.map((client) => echo(client, each)));
      return { [metric]: each * connections / (performance.now() - begin) * 1000 };
    },
  };
}

/** Sends messages and reads their echoes until all are back. */
async function echo(client: Client, count: number): Promise<void> {
  const frames = maskedFrame(new Uint8Array(PAYLOAD_BYTES).fill(0x78), { copies: WINDOW });
  const frameBytes = frames.length / WINDOW;
  const before = client.received.messages;
  let sent = 0;
  for (let back = 0; back < count; back = client.received.messages - before) {
    const room = Math.min(WINDOW - (sent - back), count - sent);
    if (room >= REFILL || (room > 0 && room === count - sent)) {
      await client.write(frames.subarray(0, room * frameBytes));
      sent += room;
    }
    await client.readUntil(before + back + 1);
  }
}
