import type { Connection } from "../base/connection.ts";
import { MAX_UNSENT } from "../base/limits.ts";
import type { Handler } from "./handler.ts";

/**
 * Sends what one connection of a path sends to every connection of that path, the sender included.
 *
 * A client that falls 16 MiB behind is closed with 1013, so that it neither slows the others nor grows
 * the server.
 */
export function broadcast(): Handler {
  const rooms = new Map<string, Set<Connection>>();
  return {
    label: "Serving using handler       : broadcast",
    open(connection, { path }) {
      const room = rooms.get(path) ?? new Set();
      rooms.set(path, room.add(connection));
      return {
        message(data) {
          for (const member of room) {
            member.send(data);
            if (member.bufferedAmount > MAX_UNSENT) member.close(1013, "Reads too slowly");
          }
        },
        close() {
          room.delete(connection);
          if (room.size === 0 && rooms.get(path) === room) rooms.delete(path);
        },
      };
    },
  };
}
