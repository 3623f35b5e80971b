import type { Message } from "../base/batch.ts";
import { EngineError } from "../base/errors.ts";
import type { Transport } from "../contract.ts";
import { batchOf } from "./batch_of.ts";

// Bytes of the payload of a control frame (RFC 6455 §5.5).
const MOST = 125;

/** Number of pings that were told apart by it. */
let pings = 0;

/**
 * A ping of a handler on a transport.
 *
 * @param data Its payload; default: one that tells it from others.
 * @returns Sends it; see `Transport.ping`.
 * @throws {RangeError} If the payload is too long.
 * @throws {EngineError} If the engine cannot do that, or the client answers none.
 */
export function pingOn(
  transport: Pick<Transport, "ping" | "isPlain">,
  data: Message = `${++pings}`,
): () => Promise<Uint8Array | undefined> {
  const payload = batchOf(data).bytes;
  if (payload.length > MOST) {
    throw new RangeError(`Cannot ping with ${payload.length} bytes: a ping has at most ${MOST}`);
  }
  if (transport.isPlain) {
    throw new EngineError("Cannot ping: a client without a WebSocket answers none");
  }
  if (!transport.ping) {
    throw new EngineError("Cannot ping: the engine native has no pings of a handler; use node");
  }
  return () => transport.ping?.(payload.slice()) ?? Promise.resolve(undefined);
}
