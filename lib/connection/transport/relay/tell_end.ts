import type { Batch } from "../../../base/batch.ts";
import { isCloseCode } from "../../../base/close_code.ts";
import { readBatch } from "./batch_words.ts";
import { abilitiesIn, type BackEnd, type FrontEnd, PLACES } from "./relay_end.ts";
import { KIND, RelayError, type RelayReader } from "./relay_frame.ts";

// Bytes of a reason, or of a message about what failed.
const MOST_REASON = 1024;

// Of JSON: a request has 64 KiB of headers at most, which may be escaped.
const MOST_WORDS = 1024 * 1024;

/**
 * Tells the end at the server that serves a client what a frame says.
 *
 * @throws {RelayError} If that cannot be.
 */
export function tellBack(back: BackEnd, kind: number, reader: RelayReader): void {
  if (kind === KIND.input) return back.input(readBatch(reader));
  if (kind === KIND.inputPiece) return tellPiece(reader, (...piece) => back.inputPiece(...piece));
  if (kind === KIND.grant) return back.granted(lastNumber(reader));
  if (kind === KIND.lost) return back.lost(lastNumber(reader));
  if (kind === KIND.readmitted) {
    const ms = lastNumber(reader);
    return back.readmitted(ms > 0 ? ms : undefined);
  }
  if (kind === KIND.opened) return back.opened(abilitiesIn(lastNumber(reader)));
  if (kind === KIND.pong) {
    const [id, came] = [reader.number(), reader.number()];
    return back.pong(id, came ? reader.rest() : undefined);
  }
  if (kind === KIND.away) return back.away(lastNumber(reader) > 0);
  if (kind === KIND.dropped) return back.dropped(lastNumber(reader));
  if (kind === KIND.drop) return back.broke();
  if (kind === KIND.tooLarge) return back.tooLarge();
  if (kind === KIND.ended) return back.ended();
  const [code, reason] = [reader.number(), reader.text(MOST_REASON)];
  reader.end();
  if (code > 4999) throw new RelayError(`${code} is no close code`);
  if (kind === KIND.closing) back.closing(code, reason);
  else if (kind === KIND.closed) back.closed(code, reason);
  else if (kind === KIND.end) back.end(code, reason);
  else if (kind === KIND.failed) back.failed(reason, code || undefined);
  else throw new RelayError(`A frame is of the kind ${kind}, which there is not`);
}

/**
 * Tells the end at the server where the client is what a frame says.
 *
 * @throws {RelayError} If that cannot be.
 */
export function tellFront(front: FrontEnd, kind: number, reader: RelayReader): void {
  if (kind === KIND.take) {
    const [asked, done] = [reader.number(), reader.number()];
    return front.taken(asked, done);
  }
  if (kind === KIND.accepted) return front.accepted(readWords(reader));
  if (kind === KIND.refused) return front.refused(readWords(reader));
  if (kind === KIND.greet) return front.greet(readWords(reader));
  if (kind === KIND.over) return front.over();
  if (kind === KIND.agree) return front.agreed();
  if (kind === KIND.answersEnd) return front.answers(lastNumber(reader) > 0);
  if (kind === KIND.part) {
    const at = PLACES[reader.number()];
    const part = readBatch(reader);
    if (!at || part.size !== 1) throw new RelayError("A part of a message is none");
    return front.sentPart(part, at);
  }
  if (kind === KIND.piece) return tellPiece(reader, (...piece) => front.sentPiece(...piece));
  if (kind === KIND.gathered) return front.gathered(lastNumber(reader));
  if (kind === KIND.gone) return front.broke(reader.text(MOST_REASON), true);
  if (kind === KIND.ping) {
    const id = reader.number();
    const payload = reader.rest();
    if (payload.length > 125) throw new RelayError("A ping is too long");
    return front.ping(id, payload);
  }
  if (kind !== KIND.close) {
    throw new RelayError(`A frame is of the kind ${kind}, which there is not`);
  }
  const [code, patience, reason] = [reader.number(), reader.number(), reader.text(MOST_REASON)];
  if (!isCloseCode(code)) throw new RelayError(`${code} is no close code`);
  front.close(code, reason, patience === 0 ? Infinity : patience - 1);
}

function tellPiece(reader: RelayReader, tell: (piece: Batch, isLast: boolean) => void): void {
  const isLast = reader.number() > 0;
  const piece = readBatch(reader);
  if (piece.size !== 1) throw new RelayError("A piece of a message is none");
  tell(piece, isLast);
}

function lastNumber(reader: RelayReader): number {
  const number = reader.number();
  reader.end();
  return number;
}

/**
 * Reads JSON, to the end of a frame.
 *
 * @throws {RelayError} If it is none.
 */
export function readWords(reader: RelayReader): unknown {
  const text = reader.text(MOST_WORDS);
  reader.end();
  try {
    return JSON.parse(text);
  } catch {
    throw new RelayError("What should be JSON is none");
  }
}
