import type { Batch, Message } from "../../lib/base/batch.ts";
import { isCloseCode } from "../../lib/base/close_code.ts";
import type { Transport } from "../../lib/contract.ts";

/** A transport that remembers what is done with it; the test plays the engine. */
export class FakeTransport implements Transport {
  bufferedAmount = 0;
  /** Whether what is sent waits until it is drained. */
  waits = false;
  readonly sent: Message[] = [];
  /** `CODE REASON` of each close. */
  readonly closed: string[] = [];
  /** The patience of each close, in ms. */
  readonly patience: (number | undefined)[] = [];
  readonly told: ("pause" | "resume")[] = [];
  #waiting: PromiseWithResolvers<void> | undefined;

  send(batch: Batch): void {
    for (const message of batch) {
      this.sent.push(typeof message === "string" ? message : message.slice());
      if (this.waits) this.bufferedAmount += message.length;
    }
  }

  close(code: number, reason: string, patience?: number): void {
    if (!isCloseCode(code)) throw new RangeError(`Invalid status code: ${code}`);
    this.patience.push(patience);
    if (this.closed.length === 0) this.closed.push(`${code} ${reason}`.trimEnd());
    this.#waiting?.resolve();
  }

  pause(): boolean {
    this.told.push("pause");
    return true;
  }

  resume(): void {
    this.told.push("resume");
  }

  drained(amount = 0): Promise<void> {
    if (this.bufferedAmount <= amount) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Says that the client has read everything. */
  drain(): void {
    this.bufferedAmount = 0;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
