import { allowing } from "../base/allowing.ts";
import { plain } from "../base/plain.ts";
import type { Handler, IncomingRequest } from "../contract.ts";

/** Answers a request. */
export type Answer = (request: IncomingRequest) => Response | Promise<Response>;

/** Headers of all that is told of the server as it is at this moment. */
const HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };

/** A handler that answers the methods that it names, `HEAD` as `GET`, and all others with 405. */
export function byMethod(answers: Readonly<Partial<Record<"GET" | "DELETE", Answer>>>): Handler {
  const allowed = Object.keys(answers).flatMap((it) => it === "GET" ? ["GET", "HEAD"] : [it]);
  const methods = [...allowed, "OPTIONS"].join(", ");
  return {
    async respond(request) {
      const { method } = request;
      if (method === "OPTIONS") return allowing(methods);
      const name = method === "HEAD" ? "GET" : method;
      const answer = Object.hasOwn(answers, name) && answers[name as keyof typeof answers];
      if (!answer) return plain(405, { Allow: methods });
      const response = await answer(request);
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      return response;
    },
  };
}
