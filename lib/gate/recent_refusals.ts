import { withoutToken } from "../base/query_token.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Refusal } from "../contract.ts";

/** A refusal, and whose request it was about. */
interface Noted extends Refusal {
  readonly address: string;
  readonly target: string;
  readonly time: number;
}

// So many are remembered, of requests that are not longer than that in characters.
const MAX_NOTED = 64;
const MAX_TARGET = 2_048;

/** The last handshakes that were refused, for whoever asks why. */
export class RecentRefusals {
  readonly #noted: Noted[] = [];

  /**
   * Remembers the answer to a handshake.
   *
   * @param reason A sentence of ours, where there is one.
   */
  note({ remote, target }: IncomingRequest, { status }: Response, reason = ""): void {
    if (target.length > MAX_TARGET) return;
    const time = performance.now();
    this.#noted.push({
      address: remote.address,
      target: withoutToken(target),
      time,
      status,
      reason,
    });
    if (this.#noted.length > MAX_NOTED) this.#noted.shift();
  }

  /** The latest of a client that is no older than `age` ms; see `Overview`. */
  find(address: string, target: string, age: number): Refusal | undefined {
    const since = performance.now() - age;
    const asked = withoutToken(target);
    const found = this.#noted.findLast((noted) => {
      return noted.address === address && noted.time >= since && asked.endsWith(noted.target);
    });
    return found && { status: found.status, reason: found.reason };
  }
}
