import { whenSent } from "../base/sent.ts";
import { factsOf, httpLog } from "../base/session_log.ts";
import type { Visit } from "./visit.ts";

/**
 * Has the log tell how an answer went, once that is over. Only JSON does: in text, a request has the one line that it
 * has with websocketd.
 */
export function tellOfAnswer(visit: Visit, response: Response): void {
  const { request, route, since } = visit;
  const { id, method } = request;
  const log = httpLog(request, { id, method, ...factsOf(request, route) });
  if (!log.showsFacts) return;
  const { status } = response;
  whenSent(response, ({ bytes, whole }) => {
    const durationMs = Math.round(performance.now() - since);
    // A text, as that of a request which is refused.
    const facts = { status: String(status), clean: whole, durationMs, bytesOut: bytes };
    log.write("access", "http", "ANSWERED", facts);
  });
}
