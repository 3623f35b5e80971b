import { BusError, messageOf } from "../../base/errors.ts";
import type { RedisTerms } from "./redis_terms.ts";

/** The reason why Redis cannot be reached, by an error. */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  // That of several addresses has none.
  return message || String((error as { code?: unknown })?.code ?? "it cannot be reached");
}

const LASTING = /^(WRONGPASS|NOAUTH|NOPERM)|DB index|certificate|CERT_|UnknownIssuer/i;

/** An error that a try more would end with as well; undefined where it might not. */
export function refusal(error: unknown, terms: RedisTerms): BusError | undefined {
  if (error instanceof BusError) return error;
  const reason = reasonOf(error);
  if (!LASTING.test(reason)) return undefined;
  return new BusError(`Cannot use the bus: ${advised(reason, terms)}`);
}

/** The words of Redis, and what to do about it where they do not say what is missing. */
export function advised(reason: string, { prefix }: RedisTerms): string {
  if (!reason.startsWith("NOPERM")) return reason;
  const needs = `its user needs ~${prefix}* and &${prefix}*, and the commands of ${PAGE}`;
  return `${reason} (${needs})`;
}

const PAGE = "lib/bus/redis/README.md";
