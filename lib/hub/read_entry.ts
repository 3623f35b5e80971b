import type { Batch } from "../base/batch.ts";
import type { Entry } from "../bus/bus.ts";
import { envelopeNumber, readEnvelope } from "../bus/envelope.ts";
import type { Flight, Flights } from "./flights.ts";

/** Messages that an engine has brought. */
export interface Brought {
  readonly batch: Batch;
  /** The ids of those who do not get them. */
  readonly except: ReadonlySet<string> | undefined;
  /** Where they were on their way from this server, or were given up there. */
  readonly flight: Flight | undefined;
}

/**
 * Reads what an engine has brought, where a stranger may have written anything; what this server has said as it has said
 * it.
 *
 * @param self The name of this server.
 * @param flights What it has said: what has come back is taken out.
 * @returns undefined where no server has written it.
 */
export function readEntry(
  { payload, from, count }: Entry,
  self: string,
  flights: Flights,
): Brought | undefined {
  let isHeard = false;
  if (from === self) {
    const number = envelopeNumber(payload);
    const flight = flights.landed(number);
    if (flight?.batch.size === count) return { ...flight, flight };
    isHeard = flights.isFallen(number);
  }
  const envelope = readEnvelope(payload);
  if (envelope?.batch.size !== count) return undefined;
  return { ...envelope, flight: isHeard ? { ...envelope, heard: true } : undefined };
}
