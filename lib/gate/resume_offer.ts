import { isUpgrade } from "../base/is_upgrade.ts";
import type { IncomingRequest } from "../base/request.ts";
import { namesIn } from "../base/subprotocol.ts";
import { RESUME_PROTOCOL, SESSION_PREFIX } from "../connection/resume/terms.ts";
import { wayOf } from "./http/way.ts";

/** The word of a client that it can come back, or that it does. */
export interface ResumeOffer {
  /** The session that it comes back to; undefined where it begins one. */
  readonly id: string | undefined;
  /** The part of one to whom events are sent, and who says nothing else; undefined where it is no such client. */
  readonly events?: {
    /** The number of the last message that it has. */
    readonly received?: number;
    /** Whether it has all, and the end of it as well. */
    readonly isOver?: boolean;
  };
}

/** A request as all others see it, and what it has offered. */
export interface Offered {
  readonly request: IncomingRequest;
  /** Undefined where only the id of a session was there, and not that the client speaks the protocol. */
  readonly offer: ResumeOffer | undefined;
}

// As `Sessions` makes them, with the name of a server or without: longer than the id of any log.
const EVENT_ID = /^((?:[a-z0-9]{16})?[\w-]{24})\.(?:(\d{1,15})|over)$/;

/** The offer of who asks for events: its browser comes back by itself, and says the id of the last one. */
function takeEvents(request: IncomingRequest): Offered {
  const [, id, number] = EVENT_ID.exec(request.headers.get("last-event-id") ?? "") ?? [];
  if (id === undefined) return { request, offer: { id, events: {} } };
  const headers = new Headers(request.headers);
  headers.delete("last-event-id");
  const events = number === undefined ? { isOver: true } : { received: Number(number) };
  return { request: Object.freeze({ ...request, headers }), offer: { id, events } };
}

/**
 * Takes the offer of a session out of a request, where a client has made one among its subprotocols, because a page can
 * set no other header: its id is nothing for handlers, programs and logs.
 *
 * @returns undefined where there is none.
 */
export function takeOffer(request: IncomingRequest): Offered | undefined {
  const upgrades = request.method === "GET" && isUpgrade(request.headers);
  if (!upgrades && wayOf(request) === "events") return takeEvents(request);
  const list = request.headers.get("sec-websocket-protocol");
  if (!list?.includes(RESUME_PROTOCOL)) return undefined;
  const names = namesIn(list);
  const others = names.filter((name) =>
    name !== RESUME_PROTOCOL && !name.startsWith(SESSION_PREFIX)
  );
  const headers = new Headers(request.headers);
  if (others.length > 0) headers.set("sec-websocket-protocol", others.join(", "));
  else headers.delete("sec-websocket-protocol");
  const id = names.find((name) => name.startsWith(SESSION_PREFIX))?.slice(SESSION_PREFIX.length);
  return {
    request: Object.freeze({ ...request, headers }),
    // Whoever asks for no WebSocket has none of the protocol.
    offer: upgrades && names.includes(RESUME_PROTOCOL) ? { id } : undefined,
  };
}
