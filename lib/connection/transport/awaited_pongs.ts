/** A ping whose pong has not come. */
interface Awaited {
  /** The payload, a character for a byte. */
  readonly key: string;
  resolve(pong: Uint8Array | undefined): void;
}

/** The pings of a handler, and who waits for their pongs. */
export class AwaitedPongs {
  #awaited: Awaited[] = [];
  /** How many of them have the same payload: a client may send any number of pongs that nobody has asked for. */
  readonly #counts = new Map<string, number>();

  /** Resolves to the payload of the pong; to undefined where none can come any more. */
  for(payload: Uint8Array): Promise<Uint8Array | undefined> {
    const key = keyOf(payload);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return new Promise((resolve) => this.#awaited.push({ key, resolve }));
  }

  /**
   * A pong came, which may be one that nobody has asked for. It answers all pings before its own, too: a client may
   * answer only the latest (RFC 6455 §5.5.3).
   *
   * @param payload Borrowed.
   */
  came(payload: Uint8Array): void {
    if (this.#awaited.length === 0) return;
    const found = keyOf(payload);
    if (!this.#counts.has(found)) return;
    const index = this.#awaited.findIndex(({ key }) => key === found);
    const pong = payload.slice();
    for (const { key, resolve } of this.#awaited.splice(0, index + 1)) {
      this.#forget(key);
      resolve(pong);
    }
  }

  #forget(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }

  /** None will come any more. */
  end(): void {
    this.#counts.clear();
    for (const { resolve } of this.#awaited.splice(0)) resolve(undefined);
  }
}

const keyOf = (payload: Uint8Array): string => String.fromCharCode(...payload);
