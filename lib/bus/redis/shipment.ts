import { put } from "../../base/put.ts";

/** Something in a shipment. */
export interface Item {
  /** Messages in it; 0 where it has no number. */
  readonly count: number;
  readonly payload: Uint8Array;
}

/** Bytes of one shipment, or of one parcel, unless one item has more. */
export const MAX_SHIPMENT = 256 * 1024;

// Of each item: messages and bytes.
const HEAD = 8;

/** Bytes that an item takes in a body. */
export function sizeOf({ payload }: Item): number {
  return HEAD + payload.length;
}

/** Items behind each other, as they lie in Redis. */
export function packItems(items: readonly Item[]): Uint8Array {
  const body = new Uint8Array(items.reduce((sum, item) => sum + sizeOf(item), 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const { count, payload } of items) {
    view.setUint32(at, count);
    view.setUint32(at + 4, payload.length);
    at = put(body, at + HEAD, payload);
  }
  return body;
}

/**
 * The items of a body, whose bytes are those of the body; undefined where a stranger has written it.
 *
 * @param total Messages that they have together; default: any number.
 */
export function unpackItems(body: Uint8Array, total?: number): Item[] | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const items: Item[] = [];
  let messages = 0;
  for (let at = 0; at < body.length;) {
    if (at + HEAD > body.length) return undefined;
    const [count, length] = [view.getUint32(at), view.getUint32(at + 4)];
    const start = at + HEAD;
    at = start + length;
    if (at > body.length) return undefined;
    messages += count;
    items.push({ count, payload: body.subarray(start, at) });
  }
  if (total === undefined) return items;
  return messages === total && items.every(({ count }) => count > 0) ? items : undefined;
}
