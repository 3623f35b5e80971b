import { ACCEPT_TIMEOUT } from "../base/limits.ts";
import { isThenable } from "../base/is_thenable.ts";
import type { IncomingRequest } from "../base/request.ts";
import { sessionLog } from "../base/session_log.ts";
import type { Known } from "../contract.ts";
import type { Gate } from "./gate.ts";
import { AuthGuard } from "./auth/auth_guard.ts";
import { Patience } from "./patience.ts";
import type { LiveRoute } from "./route.ts";
import { checkedVerdict } from "./verdict.ts";

/** The finding of all guards of a route. */
export interface Passed {
  /** The answer of the one that has refused it. */
  readonly refusal?: Response;
  /** The request with what they know of it. */
  readonly request: IncomingRequest;
}

/** Has the guards of a route look at a request, one after the other. */
export async function passGuards(
  { guards, meter }: LiveRoute,
  request: IncomingRequest,
  patience: Patience,
  gate: Gate,
): Promise<Passed> {
  if (guards.length === 0) return { request };
  const place = gate.placeOf(sessionLog(request), meter, patience);
  for (const guard of guards) {
    const found: unknown = guard.check(request, place);
    // Most know at once.
    const verdict = checkedVerdict(isThenable(found) ? await found : found);
    if (verdict instanceof Response) return { refusal: verdict, request };
    if (verdict) request = withKnown(request, verdict);
    if (guard instanceof AuthGuard) request = guard.behind(request);
  }
  return { request };
}

function withKnown(request: IncomingRequest, known: Partial<Known>): IncomingRequest {
  const variables = Object.freeze({ ...request.variables, ...known.variables });
  return Object.freeze({ ...request, ...known, variables });
}

/** The same, as long as they may take for it, and the client is there. */
export async function passGuardsInTime(
  route: LiveRoute,
  request: IncomingRequest,
  left: () => AbortSignal,
  gate: Gate,
): Promise<Passed> {
  const patience = patienceOf(route, left);
  const passed = passGuards(route, request, patience, gate);
  return route.guards.length === 0 ? await passed : await patience.wait(passed, () => {});
}

/** The patience with those who decide about a request at a route. */
export function patienceOf({ options }: LiveRoute, left: () => AbortSignal): Patience {
  return new Patience({ ms: options.acceptMs ?? ACCEPT_TIMEOUT, left });
}
