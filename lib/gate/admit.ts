import { HandshakeError, LimitError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { IncomingRequest } from "../base/request.ts";
import { factsOf, sessionLog } from "../base/session_log.ts";
import type { Ticket } from "../connection/ticket.ts";
import type { Admission, Exchange, Place } from "../contract.ts";
import { answered } from "./answered.ts";
import { discard } from "./discard.ts";
import type { Gate } from "./gate.ts";
import { checkHandshake } from "./handshake.ts";
import { makeTicket } from "./make_ticket.ts";
import { type Resumed, resumed } from "./resumed.ts";
import { passGuards, patienceOf } from "./pass_guards.ts";
import type { Patience } from "./patience.ts";
import type { Refuser } from "./refusal.ts";
import type { LiveRoute } from "./route.ts";
import type { Match } from "./route_table.ts";
import type { Usage } from "./usage.ts";
import type { Visit } from "./visit.ts";

/** The decision about a request for a connection. */
export interface Accepted {
  readonly accepted: Response | Admission | undefined;
  readonly request: IncomingRequest;
  readonly log: Log;
  readonly by: Refuser;
  /** Undefined where the request is refused. */
  readonly session: Resumed | undefined;
}

/**
 * Has the first route that takes WebSockets decide about a request for one.
 *
 * @returns The refusal, or what the engine is to know of the connection.
 * @throws {HandshakeError} If it is refused without anybody's answer.
 * @throws Whatever a guard or handler throws.
 */
export async function admit(
  visit: Visit,
  exchange: Exchange,
  gate: Gate,
): Promise<Response | Ticket> {
  const asked = visit.request;
  const [match] = gate.routes.matches(asked, "accept");
  if (!match) throw new HandshakeError(404, `NOT FOUND: ${asked.path}`);
  const { route } = match;
  visit.route = route.path;
  checkHandshake(asked.headers);
  // Before anybody looks at it, and any program is started. A reload may give the route a limit.
  const entered = visit.enter(route.limits, true);
  const decide = (patience: Patience) => decided(match, visit, patience, gate);
  const admitting = { visit, exchange, gate, headersWs: gate.headersWs };
  if (!(entered instanceof Promise)) return await admitBy(decide, route, admitting);
  // Its handler may be replaced meanwhile.
  return await route.usage.during(async () => {
    await entered;
    return await admitBy(decide, route, admitting);
  });
}

/** Where an {@linkcode Admission} is asked for. */
export interface Admitting {
  readonly visit: Visit;
  readonly exchange: Exchange;
  readonly gate: Gate;
  /** Headers of every answer to one that is admitted. */
  readonly headersWs: Gate["headersWs"];
}

/**
 * The same for a request that is counted at its route.
 *
 * @param decide Asks the handler.
 */
export async function admitBy(
  decide: (patience: Patience) => Promise<Accepted>,
  route: LiveRoute,
  { visit, exchange, gate, headersWs }: Admitting,
): Promise<Response | Ticket> {
  const asked = visit.request;
  // Before anything is waited for: a handler that is replaced meanwhile must not be disposed.
  route.usage.enter();
  const left = leftOf(visit.leaving, route.usage);
  let admission: Admission | undefined;
  try {
    const patience = patienceOf(route, () => exchange.left);
    const { accepted, request, log, by, session } = await patience.wait(
      decide(patience),
      (late) => discard(late.accepted, late.log),
    );
    visit.request = request;
    if (accepted instanceof Response) {
      const answer = await answered(accepted, visit, by);
      route.usage.leave();
      return answer;
    }
    admission = accepted;
    if (!visit.continues) gate.takeConnection();
    if (typeof admission?.open !== "function") {
      throw new Error("It neither accepted nor refused the request: there is no method open");
    }
    return makeTicket(request, route, {
      ...session,
      admission,
      log,
      headersWs,
      left,
    });
  } catch (error) {
    discard(admission, sessionLog(asked));
    // Not before: this may be the handler's end.
    route.usage.leave();
    throw error;
  }
}

/** Tells of the end of a connection, and is kept as long: so it holds nothing of the request. */
function leftOf(leave: () => void, usage: Usage): () => void {
  return () => {
    leave();
    usage.leave();
  };
}

/** Asks the guards of a route, and then its handler. */
async function decided(
  { route, request: asked }: Match,
  visit: Visit,
  patience: Patience,
  gate: Gate,
): Promise<Accepted> {
  const { refusal, request } = await passGuards(route, asked, patience, gate);
  if (!refusal) return await acceptedBy({ route, request }, visit, patience, gate);
  const log = sessionLog(request, factsOf(request, route.path));
  return { accepted: refusal, request, log, by: "guard", session: undefined };
}

/** Asks the handler of a route, whose guards have let a request pass, or whoever has the session that it comes back to. */
export async function acceptedBy(
  { route, request: known }: Match,
  visit: Visit,
  patience: Patience,
  gate: Gate,
): Promise<Accepted> {
  const request = await gate.named(known);
  const log = sessionLog(request, factsOf(request, route.path));
  const { relay } = gate;
  const asking = { request, route, log, patience };
  const led = relay && visit.offer && await relay.session(asking, visit.offer);
  if (led) {
    const session = { relay: led.relay, resumes: visit.offer?.events === undefined };
    return { accepted: led.accepted, request, log, by: "handler", session };
  }
  // Nobody is to start anything for a client that is gone.
  const session = resumed(visit, request, route, gate.sessions);
  if (relay && route.sole && !session.admission && !patience.isOver) {
    expectNear(route, gate.placeOf(log, route.meter, patience));
    const run = await relay.run(asking, route.sole);
    const { accepted } = run;
    return { accepted, request, log, by: "handler", session: { ...session, relay: run.relay } };
  }
  const accepted = session.admission ??
    (patience.isOver ? undefined : await askedOf(route, request, gate, { log, patience }));
  return { accepted, request, log, by: "handler", session };
}

/** Asks the handler of a route, unless it is to take nobody now. */
function askedOf(
  route: LiveRoute,
  request: IncomingRequest,
  gate: Gate,
  { log, patience }: { log: Log; patience: Patience },
): ReturnType<NonNullable<LiveRoute["accept"]>> | undefined {
  const place = gate.placeOf(log, route.meter, patience);
  expectNear(route, place);
  return route.accept?.(request, place);
}

/**
 * Checks that the other servers can be reached, where a route wants that.
 *
 * @throws {LimitError} If they cannot (503).
 */
function expectNear({ options, meter }: LiveRoute, { hub }: Place): void {
  if (options.away !== "close" || !hub.isAway) return;
  meter.limited("away");
  throw new LimitError("away", "The other servers cannot be reached", { status: 503 });
}
