import type { Batch, Codec } from "../contract.ts";
import { CodecError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Mismatch } from "./mismatch.ts";

/** Counts the messages of one client that are of a kind which is not taken, and tells the log of the first. */
export class Ignored {
  readonly #mismatch: Mismatch;
  #count = 0;

  /** @param mismatch The policy: where it is `close`, none is ignored; who converts them has none. */
  constructor(mismatch: Mismatch = "ignore") {
    this.#mismatch = mismatch;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /**
   * Whether messages are of another kind than is taken: then they are counted.
   *
   * @throws {CodecError} If they are, and the connection is to be closed for that (1003).
   */
  has({ binary, size }: Batch, takes: Codec["takes"], log: Log): boolean {
    if (takes === "both" || binary === (takes === "binary")) return false;
    const [kind, other] = binary ? ["binary", "text"] : ["text", "binary"];
    if (this.#mismatch === "close") {
      throw new CodecError(1003, `Only ${other} messages are taken here`);
    }
    if (this.#count === 0) {
      log.info(
        "websocket",
        `Ignored a ${kind} message, and each that follows: only ${other} is taken here`,
      );
    }
    this.#count += size;
    return true;
  }
}
