import { reasonOf } from "../base/plain.ts";

// Routes that have a label of their own: each is a line of every metric, in memory and at each look.
const MAX_ROUTES = 100;

// Exit statuses that shells and conventions know, beside those of signals.
const STATUSES = [0, 1, 2, 126, 127];

/** Statuses of HTTP that have a label of their own, beside those that are errors by name. */
const ANSWERS = [101, 200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

/** The labels of routes, of which there are only so many: the first ones, and `other`. */
export class RouteLabels {
  readonly #known = new Set<string>();

  /** @param route A pattern; undefined for what came to no route. */
  of(route: string | undefined): string {
    if (route === undefined) return "none";
    if (this.#known.size < MAX_ROUTES) this.#known.add(route);
    return this.#known.has(route) ? route : "other";
  }
}

/** A status of HTTP, or the class of one that programs make up. */
export function statusLabel(status: number): string {
  const isKnown = ANSWERS.includes(status) || reasonOf(status) !== "";
  return isKnown ? String(status) : `${Math.floor(status / 100)}xx`;
}

/** A close code; those that are free to choose are one (RFC 6455 §7.4.2). */
export function codeLabel(code: number): string {
  return code < 3_000 ? String(code) : `${Math.floor(code / 1_000)}xxx`;
}

/** The end of a process: a signal, a status that means the same everywhere, or `other`. */
export function endLabel({ code, signal }: Pick<Deno.CommandStatus, "code" | "signal">): string {
  if (signal) return signal;
  return STATUSES.includes(code) ? String(code) : "other";
}
