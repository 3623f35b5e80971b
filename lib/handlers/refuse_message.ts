import type { Log } from "../base/log.ts";
import type { Connection } from "../contract.ts";

/** Ends a client that has sent something where its route only lets it read. */
export function refuseMessage(client: Pick<Connection, "close">, log: Log): void {
  log.error("websocket", "The client sent a message where it may only read");
  client.close(1008, "Messages are not allowed here");
}
