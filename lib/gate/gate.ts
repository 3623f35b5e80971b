import type { Log } from "../base/log.ts";
import type { RouteMeter } from "../base/meter.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Sessions } from "../connection/resume/sessions.ts";
import type { Header, Ticket } from "../connection/ticket.ts";
import type { Place, Returning, Transport, TransportEvents } from "../contract.ts";
import type { Patience } from "./patience.ts";
import type { Front } from "./relay/front.ts";
import type { RouteTable } from "./route_table.ts";

/** Parts of a server that a request meets on its way to its handler. */
export interface Gate {
  readonly routes: RouteTable;
  /** Sessions that clients may come back to. */
  readonly sessions: Sessions;
  /** Has connections served by other servers that have to; undefined where it is alone. */
  readonly relay?: Front | undefined;
  /** Headers of a 101 answer. */
  readonly headersWs: readonly Header[];
  /** The place that a handler is asked with. */
  placeOf(log: Log, meter: RouteMeter, patience: Patience, returns?: Returning): Place;
  /** The request with the name of its client, where names are looked up. */
  named(request: IncomingRequest): Promise<IncomingRequest>;
  /**
   * Takes a connection.
   *
   * @throws {HandshakeError} If no more are taken (503).
   */
  takeConnection(): void;
  /**
   * Checks that connections are taken.
   *
   * @throws {HandshakeError} If they are not (503).
   */
  expectOpen(): void;
  /** Makes the connection of one that was admitted, on a transport, which tells it of everything. */
  connect(transport: Transport, ticket: Ticket): TransportEvents;
}
