import { allowing } from "../base/allowing.ts";
import { isThenable } from "../base/is_thenable.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import { httpLog } from "../base/session_log.ts";
import { answered } from "./answered.ts";
import type { Brought } from "./brought.ts";
import { clientScriptFor } from "./client_script.ts";
import { covers } from "./covers.ts";
import { discard } from "./discard.ts";
import type { Gate } from "./gate.ts";
import { connectPlain } from "./http/connect.ts";
import { checkPage, preflight, sharingHeaders } from "./http/pages.ts";
import { type Way, wayOf } from "./http/way.ts";
import { passGuardsInTime } from "./pass_guards.ts";
import { Patience } from "./patience.ts";
import { logAnswer, logRefusal } from "./refusal.ts";
import type { LiveRoute } from "./route.ts";
import type { Visit } from "./visit.ts";
import { webSocketOnly } from "./web_socket_only.ts";

/**
 * Answers a request that is no WebSocket: by the first route that has an answer.
 *
 * @throws Whatever a guard or handler throws.
 */
export async function respond(visit: Visit, exchange: Brought, gate: Gate): Promise<Response> {
  const asked = visit.request;
  const log = httpLog(asked);
  const left = () => exchange.left;
  const script = clientScriptFor(asked);
  const without: LiveRoute[] = [];
  for (const { route, request } of gate.routes.matches(asked, "answers")) {
    // One for all paths is about others, and its guards are.
    if (script && covers(route.path, "/*")) continue;
    visit.route = route.path;
    const way = route.http ? wayAt(route, request, gate) : undefined;
    let entry: Disposable | undefined;
    // How long an answer takes is its handler's business, but not how long a guard does.
    const patience = new Patience({ ms: 0, left });
    const { response, by, connected } = await route.usage.during(async () => {
      const entered = visit.enter(route.limits, way !== undefined);
      entry = entered instanceof Promise ? await entered : entered;
      if (way === "preflight") return { connected: preflight(request, route.origins) };
      if (way) checkPage(request, route.origins);
      const { refusal, request: known } = await passGuardsInTime(route, request, left, gate);
      if (refusal) return { response: refusal, by: "guard" as const };
      visit.request = known;
      const found = route.respond?.(known, exchange, gate.placeOf(log, route.meter, patience));
      const response = isThenable(found)
        ? await patience.wait(Promise.resolve(found), (late) => discard(late, log))
        : found;
      if (response || !way) return { response, by: "handler" as const };
      const sharing = sharingHeaders(known, route.options);
      return {
        connected: await connectPlain({ route, request: known }, way, {
          visit,
          exchange,
          gate,
          sharing,
        }),
      };
    });
    if (connected) return connected;
    if (response !== undefined) return await answered(response, visit, by);
    entry?.[Symbol.dispose]();
    if (!route.accept) without.push(route);
  }
  visit.route = undefined;
  visit.request = asked;
  if (script) return script;
  return await unanswered(visit, { left, without }, gate);
}

/** The way in which a connection is asked for, where a WebSocket would come to the same route. */
function wayAt(route: LiveRoute, request: IncomingRequest, gate: Gate): Way | undefined {
  const way = wayOf(request);
  const [match] = way ? gate.routes.matches(request, "accept") : [];
  return match?.route === route ? way : undefined;
}

interface Unanswered {
  readonly left: () => AbortSignal;
  /** The routes for nothing but answers that had none. */
  readonly without: readonly LiveRoute[];
}

/** The answer where no handler has one: there may be a WebSocket all the same. */
async function unanswered(
  visit: Visit,
  { left, without }: Unanswered,
  gate: Gate,
): Promise<Response> {
  const { request: asked } = visit;
  const { method } = asked;
  // RFC 9110 §9.3.7: the server as a whole.
  if (method === "OPTIONS" && asked.target === "/*") {
    return allowed(visit, allowing("GET, HEAD, POST, OPTIONS"));
  }
  const [match] = gate.routes.matches(asked, "accept");
  const found = await match?.route.usage.during(async () => {
    const { route, request } = match;
    visit.route = route.path;
    // One that answers as well was asked.
    const entered = route.answers ? undefined : visit.enter(route.limits);
    if (entered instanceof Promise) await entered;
    const { refusal, request: known } = await passGuardsInTime(route, request, left, gate);
    if (refusal) return await answered(refusal, visit, "guard");
    const isMissing = () => without.some(({ path }) => covers(route.path, path));
    // Where there are pages, as of `--staticdir` beside a command, one that is missing is just that.
    const has = await route.finds?.(known) ?? (method === "OPTIONS" || !isMissing());
    if (!has) return undefined;
    const answer = webSocketOnly(method, route.http);
    if (answer.ok) return allowed(visit, answer);
    if (route.http) logRefusal(visit, { status: answer.status, message: NO_WAY });
    else logAnswer(visit, answer, "server");
    return answer;
  });
  if (found) return found;
  visit.route = undefined;
  logRefusal(visit, { status: 404, message: "NOT FOUND" });
  return plain(404);
}

const NO_WAY = "It asks in no way that is answered here: by text/event-stream, ?stream or POST";

function allowed({ request }: Visit, answer: Response): Response {
  httpLog(request).access("http", "OPTIONS");
  return answer;
}
