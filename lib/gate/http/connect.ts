import { seenBy } from "../../base/mark.ts";
import { CODECS } from "../../codec/codecs.ts";
import type { Header, Relay, Ticket } from "../../connection/ticket.ts";
import { Events, OVER } from "../../connection/transport/http/events.ts";
import type { Form } from "../../connection/transport/http/form.ts";
import { HttpTransport } from "../../connection/transport/http/http_transport.ts";
import { PlainForm } from "../../connection/transport/http/plain_form.ts";
import { Upload } from "../../connection/transport/http/upload.ts";
import type { Codec, IncomingRequest, RouteInfo } from "../../contract.ts";
import { acceptedBy, admitBy } from "../admit.ts";
import type { Brought } from "../brought.ts";
import type { Gate } from "../gate.ts";
import { readGreeting } from "../relay/relay_words.ts";
import { endSession } from "../resumed.ts";
import type { ResumeOffer } from "../resume_offer.ts";
import type { Match } from "../route_table.ts";
import type { Visit } from "../visit.ts";
import { closedAnswer } from "./status.ts";
import { readingWay, type Way } from "./way.ts";

// Neither a cache nor a proxy (nginx, and others that follow it) is to keep what is meant for now.
const NOW: readonly Header[] = [["Cache-Control", "no-store"], ["X-Accel-Buffering", "no"]];

/** Parts of the server, and the rest of a request, that {@linkcode connectPlain} needs. */
export interface ConnectOptions {
  readonly visit: Visit;
  readonly exchange: Brought;
  readonly gate: Gate;
  /** Headers of the answer, whatever it is. */
  readonly sharing: readonly Header[];
}

/**
 * Opens a connection for a request without a WebSocket, whose route's guards have let it pass, and answers by that.
 *
 * @throws {HandshakeError} If it is refused without anybody's answer.
 * @throws Whatever the handler throws.
 */
export async function connectPlain(
  match: Match,
  way: Exclude<Way, "preflight">,
  { visit, exchange, gate, sharing }: ConnectOptions,
): Promise<Response> {
  const { route, request } = match;
  if (!visit.continues) gate.expectOpen();
  const answer = (status: number, more: readonly Header[] = []): HeadersAnd => ({
    status,
    headers: new Headers([...NOW, ...sharing, ...more].map(([name, value]) => [name, value])),
  });
  const codec = codecOf(route.info);
  if (way === "head") {
    const { type } = formOf(readingWay(request.headers, request.query) ?? "stream", request, codec);
    return new Response(null, answer(200, [["Content-Type", type]]));
  }
  // Its browser asks again by itself, also where there is nothing to come.
  const isOver = visit.offer?.events?.isOver || request.headers.get("last-event-id") === OVER;
  if (way === "events" && isOver) {
    endSession(visit, request, route, gate.sessions);
    return new Response(null, answer(204));
  }
  const ticket = await admitBy((patience) => acceptedBy(match, visit, patience, gate), route, {
    visit,
    exchange,
    gate,
    headersWs: [],
  });
  if (ticket instanceof Response) return shared(ticket, sharing);
  // Its own options bound how long it may take.
  exchange.takeTime?.();
  const form = formOf(way, request, codec);
  const transport = new HttpTransport({
    form,
    upload: way === "post" ? uploadOf(request, exchange, ticket, codec) : undefined,
    left: exchange.left,
    pingMs: ticket.pingMs,
    port: Number((request.proxy?.remote ?? request.remote).port),
  });
  const log = ticket.log.with({ transport: way });
  const resume = form instanceof Events ? survivingBy(form, ticket, visit.offer) : undefined;
  if (form instanceof Events && ticket.relay && !resume) greetBy(form, ticket.relay);
  transport.listen(gate.connect(transport, { ...ticket, log, resume }));
  visit.handOver();
  const type: Header = ["Content-Type", form.type];
  if (way !== "post") return new Response(transport.body, answer(200, [...ticket.headers, type]));
  // Its status is to tell how it went, as long as it can.
  await transport.begun;
  const { unsaid } = transport;
  const { status, headers } = answer(200, ticket.headers);
  if (unsaid && transport.isMute && unsaid.code === 1000) {
    return new Response(null, { status: 204, headers });
  }
  if (unsaid) return closedAnswer(unsaid, headers);
  headers.set(...type);
  return new Response(transport.body, { status, headers });
}

/** How the connection of an EventSource survives, whose events are numbered by its session. */
function survivingBy(form: Events, { resume }: Ticket, offer?: ResumeOffer): Ticket["resume"] {
  if (!resume) return undefined;
  // One that comes back to what is over begins anew.
  const isNew = "sessions" in resume;
  const isMissing = isNew && offer?.id !== undefined;
  return {
    ...resume,
    oneWay: {
      received: isNew ? undefined : offer?.events?.received ?? 0,
      greet({ session, sent, lost = 0 }) {
        form.number({ log: session, number: sent + 1 }, isMissing ? undefined : lost);
      },
    },
  };
}

/** The same where the session is at another server. */
function greetBy(form: Events, relay: Relay): void {
  relay.greet = (words) => {
    const { session, sent, lost } = readGreeting(words);
    form.number({ log: session, number: sent + 1 }, lost);
  };
}

interface HeadersAnd {
  readonly status: number;
  readonly headers: Headers;
}

function shared(answer: Response, sharing: readonly Header[]): Response {
  if (sharing.length === 0) return answer;
  const headers = new Headers(answer.headers);
  for (const [name, value] of sharing) headers.append(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}

function codecOf({ framing = "" }: RouteInfo): Codec | undefined {
  // Of a shared process there are some that are no codecs.
  return Object.hasOwn(CODECS, framing) ? CODECS[framing as keyof typeof CODECS] : undefined;
}

function formOf(way: "events" | "stream" | "post", request: IncomingRequest, codec?: Codec): Form {
  return way === "events" ? new Events(seenBy(request)) : new PlainForm(codec?.takes === "binary");
}

// What has no other name comes from a form, or from curl, which calls any data so.
const TEXT =
  /^(?:text\/|application\/(?:[^;]*\+)?(?:json|x-ndjson|ndjson|xml|x-www-form-urlencoded)[ \t]*(?:;|$))/i;

/** The body as messages: as the route takes them, and where it takes both kinds, of the kind that the client says. */
function uploadOf(
  { headers }: IncomingRequest,
  exchange: Brought,
  { maxFrameSize }: Ticket,
  codec?: Codec,
): Upload {
  const { takes = "both", chunks = true } = codec ?? {};
  const isText = TEXT.test(headers.get("content-type") ?? "");
  return new Upload(exchange.body, {
    binary: takes === "both" ? !isText : takes === "binary",
    streams: chunks,
    holdsBack: !exchange.readsAhead,
    maxFrameSize,
  });
}
