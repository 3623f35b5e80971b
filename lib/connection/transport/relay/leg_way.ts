import type { Batch } from "../../../base/batch.ts";
import type { BackEnd } from "./relay_end.ts";

/** The part of a link that its legs need. */
export interface LegWay {
  readonly peer: string;
  readonly isFull: boolean;
  put(kind: number, ...fields: readonly (number | string | Uint8Array)[]): void;
  send(leg: number, batch: Batch): void;
  credit(leg: number, bytes: number): void;
  hasFront(leg: number): boolean;
  forgetFront(leg: number): void;
  setBack(leg: number, back: BackEnd): void;
  forgetBack(leg: number): void;
}
