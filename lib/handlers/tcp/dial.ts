import { HandshakeError, messageOf } from "../../base/errors.ts";
import { within } from "../../base/within.ts";
import type { TcpAddress } from "./address.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** The longest that it may take, in ms. */
  readonly timeout: number;
  /** Makes the connection; default: `Deno.connect`. */
  readonly connect?: (address: TcpAddress & { signal: AbortSignal }) => Promise<Deno.Conn>;
}

/**
 * Connects to where a client is led.
 *
 * @param name The name of the address in messages.
 * @throws {HandshakeError} If that fails (502), or takes too long (504).
 */
export async function dial(
  address: TcpAddress,
  name: string,
  options: DialOptions,
): Promise<Deno.Conn> {
  const { timeout, connect = connectTo } = options;
  const given = new AbortController();
  const connecting = connect({ ...address, signal: given.signal });
  try {
    if (await within(connecting, timeout)) return await connecting;
  } catch (error) {
    throw new HandshakeError(502, `Cannot connect to ${name}: ${messageOf(error)}`);
  }
  given.abort();
  // It may still come about, where the signal counts for nothing; that it mostly does not is what was asked for.
  connecting.then((conn) => conn.close(), () => {});
  throw new HandshakeError(504, `Cannot connect to ${name}: no answer within ${timeout} ms`);
}

async function connectTo(address: TcpAddress & { signal: AbortSignal }): Promise<Deno.Conn> {
  if (address.transport === "unix") return await Deno.connect(address);
  const conn = await Deno.connect(address);
  // What a client sends is on its way at once, as it came.
  conn.setNoDelay();
  return conn;
}
