import { Batch } from "./batch.ts";
import { put } from "./put.ts";

/**
 * The messages of many batches in fewer ones: what costs something for each batch costs little for each message then.
 * Small ones of a kind that lie one behind the other are copied into one; all others are passed on as they are, and so
 * are those that have a place in a log.
 *
 * @param most Bytes of a batch that is made, each message counting one beside its own.
 */
export function* merged(batches: Iterable<Batch>, most: number): Iterable<Batch> {
  let [group, bytes] = [[] as Batch[], 0];
  for (const batch of batches) {
    const cost = costOf(batch);
    const [first] = group;
    const isApart = first?.binary !== batch.binary || bytes + cost > most || batch.mark;
    if (first && isApart) {
      yield oneOf(group);
      [group, bytes] = [[], 0];
    }
    if (batch.mark || cost > most) yield batch;
    else {
      group.push(batch);
      bytes += cost;
    }
  }
  if (group.length > 0) yield oneOf(group);
}

function costOf(batch: Batch): number {
  // A text has as many bytes as it is encoded.
  void batch.bytes;
  return batch.length + batch.size;
}

function oneOf(group: readonly Batch[]): Batch {
  const [first] = group as [Batch];
  if (group.length === 1) return first;
  const bytes = new Uint8Array(group.reduce((sum, { length }) => sum + length, 0));
  const spans: number[] = [];
  let to = 0;
  for (const batch of group) {
    const from = batch.spans;
    for (let at = 0; at < from.length; at += 2) {
      const start = to;
      to = put(bytes, to, batch.bytes, from[at], from[at + 1]);
      spans.push(start, to);
    }
  }
  return new Batch(first.binary, bytes, spans);
}
