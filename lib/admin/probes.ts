import type { Condition, Readiness } from "../base/readiness.ts";
import type { Handler } from "../contract.ts";
import { byMethod } from "./by_method.ts";
import type { Others } from "./others.ts";

/** `/healthz`: that there is an answer says that the event loop turns. */
export function healthz(): Handler {
  return byMethod({ GET: () => new Response("ok\n") });
}

/**
 * `/readyz`: 200 where the server takes what comes, otherwise 503, with a line for each condition; as JSON where that
 * is asked for: `{ "ready": false, "conditions": [{ "name": "draining", "ready": false, "reason": "…" }] }`.
 */
export function readyz(readiness: Readiness, others?: Others): Handler {
  return byMethod({
    async GET({ headers }) {
      const conditions = others ? await conditionsOfAll(readiness, others) : readiness.conditions;
      const isReady = conditions.every(({ lacks }) => lacks === undefined);
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

/** The conditions of all servers: each has to hold everywhere. */
async function conditionsOfAll(
  readiness: Readiness,
  others: Others,
): Promise<readonly Condition[]> {
  const { answers, silent } = await others.ask("readiness", null);
  const all = [
    { worker: others.worker, conditions: readiness.conditions },
    ...answers.filter(({ isRetired }) => !isRetired)
      .map(({ worker, answer }) => ({ worker, conditions: answer as readonly Condition[] })),
  ].sort((one, other) => one.worker - other.worker);
  const found = new Map<string, string[]>();
  for (const { worker, conditions } of all) {
    for (const { name, lacks } of conditions) {
      const reasons = found.get(name) ?? [];
      found.set(name, reasons);
      if (lacks !== undefined) reasons.push(`worker ${worker}: ${lacks}`);
    }
  }
  found.set("workers", silent.map(({ worker, reason }) => `worker ${worker} ${reason}`));
  return Array.from(found, ([name, reasons]) => ({
    name,
    lacks: reasons.length > 0 ? reasons.join("; ") : undefined,
  }));
}
