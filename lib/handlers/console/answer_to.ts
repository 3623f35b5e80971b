import type { IncomingRequest, Overview } from "../../contract.ts";

/**
 * The header by which the page asks in place of getting itself again. A page of another site cannot send it
 * unless the server allows that.
 */
export const ASK = "stdws-ask";

const HEADERS = {
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Answers what the page asks:
 *
 * - `routes`: which there are, and the path of the page as the server sees it, which tells what a proxy has taken
 *   off;
 * - `refusal AGE TARGET`: why a handshake of its browser was refused in the last milliseconds, or null.
 */
export function answerTo(question: string, request: IncomingRequest, overview: Overview): Response {
  const [, age, target] = /^refusal (\d+) (\/\S*)$/.exec(question) ?? [];
  if (target !== undefined) {
    const refusal = overview.refusal(request.remote.address, target, Number(age));
    return Response.json({ refusal: refusal ?? null }, { headers: HEADERS });
  }
  if (question !== "routes") {
    return Response.json({ error: `Unknown question: ${question}` }, {
      status: 400,
      headers: HEADERS,
    });
  }
  const [path] = request.target.split("?");
  return Response.json({ path, routes: overview.routes }, { headers: HEADERS });
}
