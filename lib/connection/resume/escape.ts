import { Batch } from "../../base/batch.ts";
import { put } from "../../base/put.ts";
import { DLE } from "./control.ts";

const CODE = DLE.charCodeAt(0);

/** The messages as they go to a client that takes what begins with DLE for control; mostly as they are. */
export function escaped(batch: Batch): Batch {
  if (batch.binary || nextMarked(batch, 0) === batch.size) return batch;
  const { bytes, spans, size } = batch;
  // As if all of them had one more.
  const marked = new Uint8Array(batch.length + size);
  const found: number[] = [];
  let to = 0;
  for (let index = 0; index < size; index++) {
    const [start, end] = [spans[2 * index] as number, spans[2 * index + 1] as number];
    const from = to;
    if (isMarked(batch, index)) marked[to++] = CODE;
    to = put(marked, to, bytes, start, end);
    found.push(from, to);
  }
  return new Batch(false, marked, found);
}

/** Takes what a client sends. */
export interface Taker {
  /** Messages for the handler, in their order; their buffer is borrowed. */
  data(batch: Batch): void;
  /** A control message, without its DLE. */
  control(text: string): void;
  /** Whether nothing more is to be taken. */
  readonly isOver: boolean;
}

/** Divides what a client has sent, in its order: mostly it is all for the handler, and stays the batch that it is. */
export function divide(batch: Batch, taker: Taker): void {
  const { size } = batch;
  for (let from = 0; from < size && !taker.isOver;) {
    const next = batch.binary ? size : nextMarked(batch, from);
    if (next > from) taker.data(batch.slice(from, next));
    if (next < size && !taker.isOver) takeMarked(batch, next, taker);
    from = next + 1;
  }
}

function takeMarked(batch: Batch, index: number, taker: Taker): void {
  const { bytes, spans } = batch;
  const [start, end] = [spans[2 * index] as number, spans[2 * index + 1] as number];
  if (bytes[start + 1] === CODE && end - start > 1) {
    taker.data(new Batch(false, bytes, [start + 1, end]));
  } else taker.control(String(batch.at(index)).slice(1));
}

/** The first message from an index on that begins with DLE; the number of messages where none does. */
function nextMarked(batch: Batch, from: number): number {
  let index = from;
  while (index < batch.size && !isMarked(batch, index)) index++;
  return index;
}

function isMarked(batch: Batch, index: number): boolean {
  const { text } = batch;
  if (text !== undefined) return text.charCodeAt(0) === CODE;
  const { bytes, spans } = batch;
  const start = spans[2 * index] as number;
  return bytes[start] === CODE && (spans[2 * index + 1] as number) > start;
}
