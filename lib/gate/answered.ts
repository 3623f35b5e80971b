import { logThrown } from "../base/log_thrown.ts";
import { httpLog, sessionLog } from "../base/session_log.ts";
import { isTold } from "../base/tell.ts";
import { begun } from "./begun.ts";
import { checkedResponse } from "./checked_response.ts";
import { logAnswer, type Refuser } from "./refusal.ts";
import type { Visit } from "./visit.ts";

/**
 * An answer of a handler or a guard as an engine can send it, and to its end as far as that can be known; the log
 * has a line about one that is a refusal.
 *
 * @throws {TypeError} If it cannot be sent.
 */
export async function answered(answer: unknown, visit: Visit, by: Refuser): Promise<Response> {
  const { request, upgrades } = visit;
  const checked = checkedResponse(answer);
  const log = upgrades ? sessionLog(request) : httpLog(request);
  // Of the answer to a HEAD nobody reads the body.
  const sent = request.method === "HEAD"
    ? checked
    : await begun(checked, (error) => logThrown(log, "http", "The answer broke off", error));
  const refuses = upgrades || by === "guard" || sent.status >= 400;
  // With the words of its own, which another one with its body may have lost. Not before: one whose body fails at
  // once has a line of its own.
  if (refuses && !isTold(checked)) logAnswer(visit, checked, by);
  return sent;
}
