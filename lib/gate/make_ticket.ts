import { messageOf } from "../base/errors.ts";
import { MAX_FRAME_SIZE, RECORD_KEEP, RECORD_SIZE } from "../base/limits.ts";
import type { Associated, Log } from "../base/log.ts";
import type { IncomingRequest } from "../base/request.ts";
import { offers } from "../base/subprotocol.ts";
import type { Resuming } from "../connection/resume/resuming.ts";
import { RESUME_PROTOCOL } from "../connection/resume/terms.ts";
import type { Header, Relay, Ticket } from "../connection/ticket.ts";
import type { Admission } from "../contract.ts";
import { NOT_RECORDED } from "../options/tables/record_options.ts";
import { admissionHeaders } from "./admission_headers.ts";
import { agreeOnCompression } from "./agree_on_compression.ts";
import { discard } from "./discard.ts";
import type { LiveRoute, RouteOptions } from "./route.ts";

/** The terms that {@linkcode makeTicket} joins with those of the route. */
export interface TicketTerms {
  readonly admission: Admission;
  readonly log: Log;
  /** Headers of every 101 answer. */
  readonly headersWs: readonly Header[];
  /** The session; undefined where it has none. */
  readonly resume?: Resuming | undefined;
  /** The way to the server that serves it; undefined where that is this one. */
  readonly relay?: Relay | undefined;
  /** Whether the protocol of sessions is agreed on, also where there is no such session; default false. */
  readonly resumes?: boolean;
  /** Milliseconds that its client has for the end; default: those of the route. */
  readonly lingerMs?: number;
  /** The connection has ended, or will never be. */
  left(): void;
}

/**
 * Makes of an admission what an engine is to know of the connection.
 *
 * @throws {Error} If the admission chose something that the client does not offer, or that cannot be sent.
 */
export function makeTicket(
  request: IncomingRequest,
  { options, info, meter }: LiveRoute,
  { admission, log: of, headersWs, resume, relay, resumes = false, lingerMs, left }: TicketTerms,
): Ticket {
  const subprotocol = admission.subprotocol ?? request.subprotocol;
  if (subprotocol && !offers(request.headers.get("sec-websocket-protocol"), subprotocol)) {
    throw new Error(`It chose the subprotocol "${subprotocol}", which the client does not offer`);
  }
  const log = admission.associated ? of.with(textsOf(admission.associated)) : of;
  return {
    request,
    log,
    route: info,
    meter,
    headers: [
      // The one behind it is told in the first message.
      ...withSubprotocol(headersWs, resumes ? RESUME_PROTOCOL : subprotocol),
      ...admissionHeaders(admission.headers),
    ],
    subprotocol,
    resume,
    relay,
    compression: options.compress
      ? agreeOnCompression(request.headers.get("sec-websocket-extensions"), options)
      : undefined,
    slow: admission.slow ?? "close",
    away: options.away ?? "local",
    maxFrameSize: options.maxFrameSize ?? MAX_FRAME_SIZE,
    limits: limitsOf(request, options),
    pingMs: options.pingMs ?? 0,
    lingerMs: lingerMs ?? options.lingerMs ?? 0,
    record: recordOf(options),
    screen: admission.screen,
    open: (connection) => admission.open(connection),
    abandon: () => {
      discard(admission, log);
      request.trace?.abandoned();
      left();
    },
    left,
  };
}

function recordOf({ record, recordSize, recordKeep }: RouteOptions): Ticket["record"] {
  if (record === undefined || record === NOT_RECORDED) return undefined;
  return { folder: record, size: recordSize ?? RECORD_SIZE, keep: recordKeep ?? RECORD_KEEP };
}

function limitsOf({ authUntil }: IncomingRequest, options: RouteOptions): Ticket["limits"] {
  if (authUntil === undefined) return options;
  return { ...options, authTime: Math.max(1, authUntil - Date.now()) };
}

function withSubprotocol(headers: readonly Header[], subprotocol: string): readonly Header[] {
  if (!subprotocol) return headers;
  // A second one would be an error to the client (RFC 6455 §11.3.4).
  const others = headers.filter(([name]) => name.toLowerCase() !== "sec-websocket-protocol");
  return [...others, ["Sec-WebSocket-Protocol", subprotocol]];
}

/** Facts as the log can write them: a handler of somebody's own may have a number for one. */
function textsOf(associated: Associated): Associated {
  const facts = Object.entries(associated).filter(([, fact]) => fact !== undefined);
  return Object.fromEntries(facts.map(([name, fact]) => [name, messageOf(fact)]));
}
