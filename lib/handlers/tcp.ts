import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { MAX_QUEUE } from "../base/limits.ts";
import { type Mismatch, MISMATCHES } from "../codec/mismatch.ts";
import type { Handler } from "../contract.ts";
import { checkProperties } from "../options/check_properties.ts";
import { kindOf } from "./kind.ts";
import { INPUT_QUEUE } from "./talk_options.ts";
import { parseTcpAddress } from "./tcp/address.ts";
import { dial } from "./tcp/dial.ts";
import { TcpJoint } from "./tcp/joint.ts";

/** Options of {@linkcode tcp}. */
export interface TcpOptions {
  /** Bytes of input that may wait for the other side; default 16 MiB. */
  readonly maxQueue?: number;
  /** The policy for messages of text; default `convert`: their bytes are sent. */
  readonly mismatch?: Mismatch;
}

// How long the other side may take to accept a connection, in ms.
const CONNECT_TIMEOUT = 10_000;

/**
 * Joins every connection to a connection of its own to a TCP or Unix socket: what comes from there is
 * binary messages, the client's messages go there as bytes.
 *
 * Connects before the upgrade is answered, so that a client learns by status 502 or 504 that there is
 * nobody.
 *
 * @param address `HOST:PORT`, IPv6 in brackets, or `unix:PATH`.
 * @throws {UsageError} If it is no address, or an option does not take its value.
 *
 * @example
 * ```ts
 * import { serve, tcp } from "@stdws/stdws";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const handler = tcp(`127.0.0.1:${listener.addr.port}`);
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "*", handler }] });
 * const socket = new WebSocket(`${server.addresses[0]}`);
 * const conn = await listener.accept();
 * await conn.write(new TextEncoder().encode("hello"));
 * conn.close();
 * const bytes: Blob = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (await bytes.text() !== "hello") throw new Error("not what was sent");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function tcp(address: string, options: TcpOptions = {}): Handler {
  const target = parseTcpAddress(address);
  checkProperties(tcpKind.options, options, " of tcp()");
  const { maxQueue = MAX_QUEUE, mismatch = "convert" } = options;
  const running = new Set<Promise<void>>();
  return {
    label: `Serving using handler       : tcp ${address}`,
    async accept(_, place) {
      const associated = { command: `tcp ${address}` };
      const log = place.log.with(associated);
      const conn = await dial(target, address, { timeout: CONNECT_TIMEOUT });
      return {
        associated,
        open(connection) {
          const joint = new TcpJoint(conn, connection, { name: address, maxQueue, mismatch, log });
          const run = joint.run().catch((error) => {
            log.error("process", `Cannot go on with ${address}: ${messageOf(error)}`);
            connection.close(1011, "Internal error");
          }).finally(() => running.delete(run));
          running.add(run);
          return {
            batch: (batch) => joint.batch(batch),
            end: () => joint.end(),
            close: () => joint.leave(),
            ending: () => Promise.resolve(joint.ending),
          };
        },
        abandon: () => conn.close(),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}

/** `tcp` for the registry. */
export const tcpKind = kindOf({
  doc: "Joins every connection to a TCP or Unix socket, both ways as bytes",
  argument: { name: "address", kind: "word", value: "HOST:PORT|unix:PATH" },
  example: [
    "stdws --port=8080 --route='/redis=tcp localhost:6379'",
  ],
  options: [
    {
      ...INPUT_QUEUE,
      unset: "that of --maxqueue",
      doc:
        "A client's input that may wait for a socket that does not read, beyond that close with 1013 where the client cannot be held back",
    },
    {
      name: "mismatch",
      kind: "choice",
      choices: MISMATCHES,
      default: "convert",
      unset: "that of --mismatch",
      doc:
        "A client's text messages: send them as their bytes (convert, where nobody says anything), ignore them, or close with 1003",
    },
  ],
  make: ({ words: [address = ""], values }) => tcp(address, values),
  needs({ words: [address = ""] }, permissions) {
    if (address.startsWith("unix:")) permissions.addUnixSocket(resolve(address.slice(5)));
    else permissions.add("net", address);
  },
});
