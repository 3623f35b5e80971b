import { seenBy } from "../base/mark.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Handler, Hub, Rooms, SlowPolicy } from "../contract.ts";
import { chosenName } from "../hub/chosen_name.ts";
import { checkProperties } from "../options/check_properties.ts";
import { kindOf } from "./kind.ts";
import { refuseMessage } from "./refuse_message.ts";
import { SLOW } from "./slow.ts";

/** Options of {@linkcode broadcast}: what it does beside sending every message to everybody. */
export interface BroadcastOptions {
  /** How many of the last messages of its room a new client gets first; default 0. */
  readonly history?: number;
  /** Whether a client gets its own messages as well; default true. */
  readonly echo?: boolean;
  /**
   * Whether clients are told who joins and leaves their room, by
   * `{"type":"join","id":"…","room":"…","members":N}` and the same with `leave`; default false.
   */
  readonly presence?: boolean;
  /** Whether clients may send; otherwise one that does is closed with 1008; default true. */
  readonly write?: boolean;
  /** The policy for a client that reads too slowly; default `close`. */
  readonly slow?: SlowPolicy;
  /** Handlers with the same name have the same rooms, apart from all others; default: those of everybody. */
  readonly rooms?: string;
}

/**
 * Sends every message to all connections of the sender's room, which is the parameter `room` of the route,
 * or where it has none, the path.
 *
 * @throws {UsageError} If an option does not take its value.
 *
 * @example Viewers and speakers
 * ```ts
 * import { broadcast, serve } from "@stdws/stdws";
 *
 * await using server = await serve({
 *   port: 0,
 *   addresses: ["127.0.0.1"],
 *   routes: [
 *     { path: "/watch/:room", handler: broadcast({ history: 10, write: false }) },
 *     { path: "/speak/:room", handler: broadcast() },
 *   ],
 * });
 *
 * const speaker = new WebSocket(`${server.addresses[0]}speak/hall`);
 * speaker.onopen = () => speaker.send("Welcome");
 * await new Promise((resolve) => speaker.onmessage = resolve);
 * const viewer = new WebSocket(`${server.addresses[0]}watch/hall`);
 * const seen = await new Promise((resolve) => viewer.onmessage = (event) => resolve(event.data));
 * if (seen !== "Welcome") throw new Error("not what was said");
 * for (const socket of [speaker, viewer]) {
 *   socket.close();
 *   await new Promise((resolve) => socket.onclose = resolve);
 * }
 * ```
 */
export function broadcast(options: BroadcastOptions = {}): Handler {
  checkProperties(broadcastKind.options, options, " of broadcast()");
  const { history = 0, echo = true, presence = false, write = true, slow = "close" } = options;
  let wanted: Rooms | undefined;
  function roomsOf(hub: Hub): Rooms {
    const rooms = hub.space(options.rooms);
    // Where it is a part of another handler, nobody starts it.
    if (!wanted) rooms.keep(handler, history);
    return wanted = rooms;
  }
  const handler: Handler = {
    label: "Serving using handler       : broadcast",
    // Not when it is made: one of a reload that fails is never taken up, nor disposed.
    start: ({ hub }) => void roomsOf(hub),
    accept(request, { hub, log }) {
      // Now, because a request is not remembered.
      const name = roomOf(request);
      const seen = seenBy(request);
      // Who posts gets nothing of what is said.
      const joins = request.method !== "POST";
      return {
        slow,
        open(connection) {
          const rooms = roomsOf(hub);
          const joined = joins ? rooms.room(name) : undefined;
          joined?.join(connection, { last: history, seen, watches: presence });
          const except = echo ? undefined : new Set([connection.id]);
          return {
            batch(batch) {
              // Who is not in it has to ask again: it may be forgotten, and another one made, meanwhile.
              if (write) {
                return void (joined ?? rooms.room(name)).publish(batch, except, connection);
              }
              refuseMessage(connection, log);
            },
            close: () => joined?.leave(connection),
          };
        },
      };
    },
    [Symbol.asyncDispose]() {
      wanted?.forget(handler);
      wanted = undefined;
      return Promise.resolve();
    },
  };
  return handler;
}

/** A path and a parameter are never the same: `/chat` is not the room `/chat` of `/x/%2Fchat`. */
function roomOf({ params, path }: IncomingRequest): string {
  return params.room === undefined ? path : chosenName(params.room);
}

/** `broadcast` for the registry. */
export const broadcastKind = kindOf({
  doc:
    "Sends every message to all connections of its room: what `:room` in the route is, or the path",
  example: [
    "stdws --port=8080 --route='/chat/:room=broadcast?history=50&presence=true'",
  ],
  options: [
    {
      name: "history",
      kind: "number",
      value: "N",
      default: 0,
      doc: "How many of the last messages a new client gets first",
    },
    {
      name: "echo",
      kind: "boolean",
      default: true,
      doc: "Whether a client gets its own messages, too",
    },
    {
      name: "presence",
      kind: "boolean",
      default: false,
      doc: "Whether clients are told who joins and leaves, as lines of JSON",
    },
    {
      name: "write",
      kind: "boolean",
      default: true,
      doc: "Whether clients may send; those of another route of the same rooms still may",
    },
    {
      name: "rooms",
      kind: "text",
      value: "NAME",
      doc: "Routes with the same name have the same rooms, apart from all others",
    },
    SLOW,
  ],
  make: ({ values }) => broadcast(values),
});
