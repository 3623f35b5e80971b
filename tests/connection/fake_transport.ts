import type { Batch, Message } from "../../lib/base/batch.ts";
import { isCloseCode } from "../../lib/base/close_code.ts";
import type { Transport } from "../../lib/contract.ts";
import { FakeGauge } from "../support/fake_gauge.ts";

/** A transport that remembers what is done with it; the test plays the engine. */
export class FakeTransport extends FakeGauge implements Transport {
  /** Whether what is sent waits until it is drained. */
  waits = false;
  readonly sent: Message[] = [];
  /** `CODE REASON` of each close. */
  readonly closed: string[] = [];
  /** The patience of each close, in ms. */
  readonly patience: (number | undefined)[] = [];
  readonly told: ("pause" | "resume")[] = [];

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
    this.letGo();
  }

  pause(): boolean {
    this.told.push("pause");
    return true;
  }

  resume(): void {
    this.told.push("resume");
  }
}
