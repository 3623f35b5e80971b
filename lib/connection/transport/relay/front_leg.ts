import type { Batch } from "../../../base/batch.ts";
import { batchWords } from "./batch_words.ts";
import { Leg } from "./leg.ts";
import { parted } from "./parted.ts";
import { type Abilities, flagsOf, type FrontEnd } from "./relay_end.ts";
import { KIND } from "./relay_frame.ts";

const NOTHING = new Uint8Array(0);

/** The leg of a client that is here, to the server that serves it. */
export class FrontLeg extends Leg<FrontEnd> {
  opened(abilities: Abilities): void {
    this.tell(KIND.opened, flagsOf(abilities));
  }

  input(batch: Batch): void {
    for (const part of parted(batch)) this.tell(KIND.input, batchWords(part));
  }

  credit(bytes: number): void {
    if (this.isThere) this.way.credit(this.number, bytes);
  }

  pong(id: number, payload: Uint8Array | undefined): void {
    if (this.isThere) this.tell(KIND.pong, id, payload ? 1 : 0, payload ?? NOTHING);
  }

  /** Wants nothing more of it. */
  drop(): void {
    if (!this.isThere) return;
    this.forget();
    this.tell(KIND.drop);
  }
}
