import type { Batch } from "../../../base/batch.ts";
import type { PartAt } from "../../../contract.ts";
import { batchWords } from "./batch_words.ts";
import { Leg } from "./leg.ts";
import { type BackEnd, PLACES } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

/** The leg of a client at another server that is served here. */
export class ServedLeg extends Leg<BackEnd> {
  get isFull(): boolean {
    return this.way.isFull;
  }

  accept(terms: unknown): void {
    this.tell(KIND.accepted, JSON.stringify(terms));
  }

  refuse(answer: unknown): void {
    this.forget();
    this.tell(KIND.refused, JSON.stringify(answer));
  }

  send(batch: Batch): void {
    this.way.send(this.number, batch);
  }

  sendPart(part: Batch, at: PartAt): void {
    this.tell(KIND.part, PLACES.indexOf(at), batchWords(part));
  }

  sendPiece(piece: Batch, isLast: boolean): void {
    this.tell(KIND.piece, isLast ? 1 : 0, batchWords(piece));
  }

  /** Says that it has so many bytes more of a message that comes in pieces. */
  gathered(bytes: number): void {
    this.tell(KIND.gathered, bytes);
  }

  take(asked: number, done: number): void {
    this.tell(KIND.take, asked, done);
  }

  close(code: number, reason: string, patience: number): void {
    const ms = patience === Infinity ? 0 : Math.max(0, Math.floor(patience)) + 1;
    this.tell(KIND.close, code, ms, reason);
  }

  /** Has the close of the client answered with its own code. */
  agree(): void {
    this.tell(KIND.agree);
  }

  /** Says whether who has sent all is answered. */
  answersEnd(isSo: boolean): void {
    this.tell(KIND.answersEnd, isSo ? 1 : 0);
  }

  ping(id: number, payload: Uint8Array): void {
    this.tell(KIND.ping, id, payload);
  }

  greet(greeting: unknown): void {
    this.tell(KIND.greet, JSON.stringify(greeting));
  }

  /** Ends the client, which has come to its end here. */
  over(): void {
    this.forget();
    this.tell(KIND.over);
  }

  /** Ends the serving here alone: the client may be served elsewhere. */
  gone(why: string): void {
    this.forget();
    this.tell(KIND.gone, why);
  }
}
