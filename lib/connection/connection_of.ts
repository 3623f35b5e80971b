import type { Transport, TransportEvents } from "../contract.ts";
import type { Beginning } from "./resume/resuming.ts";
import type { ResumableTransport } from "./resume/resumable_transport.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { LiveConnection } from "./live_connection.ts";
import { recordedEvents, recordedTransport } from "./record/recorded.ts";
import type { Ticket } from "./ticket.ts";

/**
 * Makes the connection of a client that has come in: whatever stands between a transport and its connection is put
 * there here, for every engine.
 *
 * @returns Takes the transport's events.
 */
export function connectionOf(
  transport: Transport,
  ticket: Ticket,
  options: ConnectionOptions,
): TransportEvents {
  const { resume } = ticket;
  if (!resume) return recorded(transport, ticket, options);
  if ("sessions" in resume) {
    return begin(resume, transport, ticket, options).attach(transport, resume.oneWay);
  }
  // Its connection is there, and counts where it came in first.
  ticket.left();
  ticket.request.trace?.answered(true);
  resume.session.readmitted(ticket.limits.authTime);
  return resume.session.attach(transport, resume.oneWay);
}

/** Begins a session that survives its first transport, with a connection that never notices. */
function begin(
  { sessions, owner, ms, bytes }: Beginning,
  transport: Transport,
  ticket: Ticket,
  options: ConnectionOptions,
): ResumableTransport {
  const { subprotocol, log } = ticket;
  return sessions.begin(
    { owner, ms, bytes, subprotocol, log },
    // A session outlives its transport, which the next one need not be like.
    transport.ping !== undefined || transport.isPlain === true,
    (resumable) => recorded(resumable, ticket, options),
  );
}

/**
 * The connection itself, and between it and its transport what writes down its messages, where somebody wants that; or
 * the way to the server where it is.
 */
function recorded(
  transport: Transport,
  ticket: Ticket,
  options: ConnectionOptions,
): TransportEvents {
  if (ticket.relay) {
    ticket.request.trace?.answered(true);
    return ticket.relay.attach(transport, ticket);
  }
  const recording = ticket.record && options.recordings?.of(ticket.record, ticket);
  if (!recording) return new LiveConnection(transport, ticket, options);
  const connection = new LiveConnection(recordedTransport(transport, recording), ticket, options);
  return recordedEvents(connection, recording);
}
