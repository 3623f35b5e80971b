import type { Readiness } from "../base/readiness.ts";
import type { Handler } from "../contract.ts";
import { byMethod } from "./by_method.ts";

/** `/healthz`: that there is an answer says that the event loop turns. */
export function healthz(): Handler {
  return byMethod({ GET: () => new Response("ok\n") });
}

/**
 * `/readyz`: 200 where the server takes what comes, otherwise 503, with a line for each condition; as JSON where that
 * is asked for: `{ "ready": false, "conditions": [{ "name": "draining", "ready": false, "reason": "…" }] }`.
 */
export function readyz(readiness: Readiness): Handler {
  return byMethod({
    GET({ headers }) {
      const { conditions, isReady } = readiness;
      const status = isReady ? 200 : 503;
      if (headers.get("accept")?.includes("application/json")) {
        const shown = conditions.map(({ name, lacks }) => {
          return {
            name,
            ready: lacks === undefined,
            ...(lacks === undefined ? {} : { reason: lacks }),
          };
        });
        return Response.json({ ready: isReady, conditions: shown }, { status });
      }
      const lines = conditions.map(({ name, lacks }) => `${name}: ${lacks ?? "ok"}\n`);
      return new Response(`${isReady ? "ready" : "not ready"}\n${lines.join("")}`, { status });
    },
  });
}
