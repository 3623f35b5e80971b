import { HIGH_WATER_MARK } from "../../base/limits.ts";
import type { Gauge, Publisher } from "../../contract.ts";

/** Holds back a process as long as other servers cannot take what it says in rooms, and at its own pace otherwise. */
export class Holds implements Gauge, Publisher {
  readonly #pace: Gauge | undefined;
  #under: Promise<void> | undefined;

  /** @param pace Of the process; default: it writes as fast as it will. */
  constructor(pace: Gauge | undefined) {
    this.#pace = pace;
  }

  get bufferedAmount(): number {
    return this.#under ? HIGH_WATER_MARK + 1 : this.#pace?.bufferedAmount ?? 0;
  }

  async drained(): Promise<void> {
    while (this.#under) await this.#under;
    await this.#pace?.drained();
  }

  hold(until: Promise<void>): void {
    this.#under ??= until.then(() => {
      this.#under = undefined;
    });
  }
}
