import { BusError } from "../../base/errors.ts";
import type { Claim } from "../bus.ts";
import { encodeName, RECORD } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import type { RecordWriter } from "./record_writer.ts";

/** The time in which somebody holds a name, as one server knows it. */
interface Tenure {
  readonly peer: string;
  readonly over: AbortController;
  /** How many of this server have it in hands. */
  claims: number;
}

interface Asked {
  readonly name: string;
  resolve(claim: Claim): void;
  reject(error: BusError): void;
}

/** The names that a server holds, or knows the holders of. */
export class Tenures {
  readonly #byFence = new Map<number, Tenure>();
  readonly #asked = new Map<number, Asked>();
  readonly #self: string;
  readonly #writer: () => RecordWriter | undefined;
  #asks = 0;

  /**
   * Knows of none.
   *
   * @param self The name of the server.
   * @param writer Where the engine is asked; a getter, because it may be another one later.
   */
  constructor(self: string, writer: () => RecordWriter | undefined) {
    this.#self = self;
    this.#writer = writer;
  }

  /**
   * Asks the engine who holds a name.
   *
   * @param ms The time for an answer.
   */
  async claim(name: string, ms: number): Promise<Claim> {
    const ask = ++this.#asks;
    const { promise, resolve, reject } = Promise.withResolvers<Claim>();
    const asked = { name, resolve, reject };
    this.#asked.set(ask, asked);
    const writer = this.#writer();
    if (writer) write(ask, asked, writer);
    const timer = setTimeout(() => {
      reject(refusal(name, `the bus has not answered within ${ms} ms`));
    }, ms);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(ask);
    }
  }

  /** Asks again over another connection. */
  rejoin(writer: RecordWriter): void {
    for (const [ask, asked] of this.#asked) write(ask, asked, writer);
  }

  /** The engine says who holds a name. */
  claimed(reader: RecordReader): void {
    const asked = this.#asked.get(reader.u32());
    const [fence, peer] = [reader.number(1), reader.id()];
    const tenure = this.#byFence.get(fence) ?? { peer, over: new AbortController(), claims: 0 };
    this.#byFence.set(fence, tenure);
    if (asked) asked.resolve(this.#claimOf(fence, tenure));
    // Nobody waits for the answer any more.
    else if (tenure.claims === 0) this.#giveBack(fence, tenure);
  }

  /** The engine has too many of this server. */
  refused(reader: RecordReader): void {
    const asked = this.#asked.get(reader.u32());
    asked?.reject(refusal(asked.name, "this server has claimed too many names"));
  }

  /** Somebody holds a name no more. */
  end(fence: number, why: string): void {
    const tenure = this.#byFence.get(fence);
    this.#byFence.delete(fence);
    tenure?.over.abort(new BusError(why));
  }

  /** Nothing is sure any more. */
  endAll(why: string): void {
    for (const fence of [...this.#byFence.keys()]) this.end(fence, why);
  }

  /** Nobody gets an answer any more. */
  rejectAll(why: string): void {
    for (const { name, reject } of this.#asked.values()) reject(refusal(name, why));
  }

  #claimOf(fence: number, tenure: Tenure): Claim {
    tenure.claims++;
    let isDisposed = false;
    return {
      peer: tenure.peer,
      fence,
      over: tenure.over.signal,
      [Symbol.dispose]: () => {
        if (isDisposed) return;
        isDisposed = true;
        tenure.claims--;
        this.#giveBack(fence, tenure);
      },
    };
  }

  #giveBack(fence: number, tenure: Tenure): void {
    if (this.#byFence.get(fence) !== tenure) return;
    if (tenure.peer === this.#self) {
      this.end(fence, "It was given back");
      this.#writer()?.begin(RECORD.release, 8).number(fence);
    } else if (tenure.claims === 0) this.#byFence.delete(fence);
  }
}

function write(ask: number, { name }: Asked, writer: RecordWriter): void {
  const encoded = encodeName(name);
  writer.begin(RECORD.claim, 6 + encoded.length).u32(ask).name(encoded);
}

function refusal(name: string, why: string): BusError {
  return new BusError(`Cannot claim ${JSON.stringify(name)}: ${why}`);
}
