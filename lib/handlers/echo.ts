import type { Handler } from "../contract.ts";
import { kindOf } from "./kind.ts";

/**
 * Sends every message back as it came.
 *
 * A client that sends and does not read is closed with 1013 when 16 MiB wait for it.
 *
 * @example
 * ```ts
 * import { echo, serve } from "@stdws/stdws";
 *
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "/echo", handler: echo() }] });
 * const socket = new WebSocket(`${server.addresses[0]}echo`);
 * socket.onopen = () => socket.send("hello");
 * const answer = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (answer !== "hello") throw new Error("not what was sent");
 * socket.close();
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function echo(): Handler {
  return {
    label: "Serving using handler       : echo",
    accept: () => ({
      open: (connection) => ({
        batch: (batch) => connection.deliver(batch),
        end: () => connection.close(),
      }),
    }),
  };
}

/** `echo` for the registry. */
export const echoKind = kindOf({
  doc: "Sends every message back",
  example: [
    "stdws --port=8080 --route='/echo=echo'",
  ],
  options: [],
  make: () => echo(),
});
