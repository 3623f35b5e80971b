import type { IncomingRequest } from "../base/request.ts";
import { sessionLog } from "../base/session_log.ts";
import type { Handler } from "./handler.ts";
import { kindOf } from "./kind.ts";
import { Recipient, type SlowPolicy } from "./recipient.ts";
import { SLOW } from "./slow.ts";
import { type Room, Space } from "./space.ts";

/** What a {@linkcode broadcast} does beside sending every message to everybody. */
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
  /** What happens to a client that reads too slowly; default `close`. */
  readonly slow?: SlowPolicy;
  /** Where its rooms are: handlers with the same have them in common; default: rooms of its own. */
  readonly space?: Space;
}

/**
 * Sends every message to all connections of the sender's room, which is the parameter `room` of the route,
 * or where it has none, the path.
 *
 * @example Viewers and speakers
 * ```ts
 * import { broadcast, serve, Space } from "@stdws/stdws";
 *
 * const space = new Space();
 * await using server = await serve({
 *   port: 0,
 *   addresses: ["127.0.0.1"],
 *   routes: [
 *     { path: "/watch/:room", handler: broadcast({ space, history: 10, write: false }) },
 *     { path: "/speak/:room", handler: broadcast({ space }) },
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
  const { history = 0, echo = true, presence = false, write = true, slow = "close" } = options;
  const { space = new Space() } = options;
  const handler: Handler = {
    // Not when it is made: one of a reload that fails is never taken up, nor disposed.
    start: () => space.keep(handler, history),
    label: "Serving using handler       : broadcast",
    open(connection, request) {
      const { id } = connection;
      const room = roomOf(request);
      const log = sessionLog(request);
      // Where it is a part of another handler, nobody starts it.
      space.keep(handler, history);
      const client = new Recipient(connection, slow, log);
      space.enter(room, client, { history, presence });
      return {
        message(data) {
          if (write) return space.publish(room, data, id, echo);
          log.error("websocket", "The client sent a message where it may only read");
          connection.close(1008, "Messages are not allowed here");
        },
        close() {
          client.leave();
          space.leave(room, id);
        },
      };
    },
    [Symbol.asyncDispose]() {
      space.forget(handler);
      return Promise.resolve();
    },
  };
  return handler;
}

/** By key, a path and a parameter are never the same: `/chat` is not the room `/chat` of `/x/%2Fchat`. */
function roomOf({ params, path }: IncomingRequest): Room {
  const { room } = params;
  return room === undefined
    ? { key: `path ${path}`, name: path }
    : { key: `room ${room}`, name: room };
}

/** `broadcast` for the registry. */
export const broadcastKind = kindOf({
  doc:
    "Sends every message to all connections of its room: what `:room` in the route is, or the path",
  options: [
    {
      name: "history",
      kind: "number",
      value: "N",
      default: "0",
      doc: "How many of the last messages a new client gets first",
    },
    {
      name: "echo",
      kind: "boolean",
      default: "true",
      doc: "Whether a client gets its own messages, too",
    },
    {
      name: "presence",
      kind: "boolean",
      default: "false",
      doc: "Whether clients are told who joins and leaves, as lines of JSON",
    },
    {
      name: "write",
      kind: "boolean",
      default: "true",
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
  make: ({ values: { rooms = "", ...options } }, { spaces }) => {
    return broadcast({ ...options, space: spaces.of(rooms) });
  },
});
