import type { Entry } from "../bus.ts";
import { isLog, readStored, wholeOf } from "./heard.ts";
import type { Reply } from "./redis_client.d.ts";

/** A topic as Redis has it. */
export interface Found {
  readonly log: string;
  /** The number of the last message. */
  readonly last: number;
  /** Where the numbers have jumped last. */
  readonly from: number;
  readonly base: number;
  readonly stored: readonly Reply[];
  /** Whether the numbers are those of the log that was known, as where only its last messages were forgotten. */
  readonly goesOn: boolean;
}

/** Reads the answer of a script that reads a topic; undefined where it is none. */
export function foundIn(reply: Reply): Found | undefined {
  if (!Array.isArray(reply) || !Array.isArray(reply[4])) return undefined;
  const log = String(reply[0]);
  const [last = NaN, from = NaN, base = NaN] = reply.slice(1, 4).map((text) =>
    wholeOf(String(text))
  );
  if (!isLog(log) || Number.isNaN(last + from + base)) return undefined;
  return { log, last, from, base, stored: reply[4], goesOn: reply[5] === 1 };
}

/** The entries of shipments, the newest of which comes first, that have the last messages behind one that is known. */
export function entriesOf({ log, last: end, stored }: Found, most: number, known: number): Entry[] {
  const entries: Entry[] = [];
  let count = 0;
  for (const reply of stored) {
    const shipment = readStored(log, reply);
    if (!shipment || shipment.last > end) continue;
    let number = shipment.last + 1;
    for (const item of shipment.items.toReversed()) {
      number -= item.count;
      if (count >= most || number + item.count - 1 <= known) return entries.reverse();
      count += item.count;
      const { from } = shipment;
      entries.push({ mark: { log, number }, count: item.count, from, payload: item.payload });
    }
  }
  return entries.reverse();
}
