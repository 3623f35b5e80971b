import type { ServedLeg } from "./served_leg.ts";

/** The pings of a handler whose client is at another server, until it is known what came of them. */
export class RelayPings {
  readonly #leg: Pick<ServedLeg, "ping">;
  readonly #waiting = new Map<number, (payload: Uint8Array | undefined) => void>();
  #last = 0;

  constructor(leg: Pick<ServedLeg, "ping">) {
    this.#leg = leg;
  }

  /** Sends one; resolves to the payload of its pong, and to undefined where none can come any more. */
  send(payload: Uint8Array): Promise<Uint8Array | undefined> {
    const id = ++this.#last;
    const pong = new Promise<Uint8Array | undefined>((resolve) => this.#waiting.set(id, resolve));
    this.#leg.ping(id, payload);
    return pong;
  }

  /** The pong of one came, or is known never to. */
  came(id: number, payload: Uint8Array | undefined): void {
    this.#waiting.get(id)?.(payload?.slice());
    this.#waiting.delete(id);
  }

  /** No pong will come any more. */
  end(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}
