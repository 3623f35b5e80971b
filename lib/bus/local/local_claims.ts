import type { Claim } from "../bus.ts";
import { encodeName, RECORD } from "./record.ts";
import type { RecordReader } from "./record_reader.ts";
import type { RecordWriter } from "./record_writer.ts";
import { type Asked, Tenures } from "./tenures.ts";

/** Claims of a server at the engine of the local bus, which tells them apart by their fences. */
export class LocalClaims {
  readonly #tenures: Tenures<number>;
  readonly #writer: () => RecordWriter | undefined;

  /**
   * Has none.
   *
   * @param self The name of the server.
   * @param writer Where the engine is asked; a getter, because it may be another one later.
   */
  constructor(self: string, writer: () => RecordWriter | undefined) {
    this.#writer = writer;
    this.#tenures = new Tenures(self, (fence) => {
      writer()?.begin(RECORD.release, 8).number(fence);
    });
  }

  /**
   * Asks the engine who holds a name.
   *
   * @param ms The time for an answer.
   */
  claim(name: string, ms: number): Promise<Claim> {
    return this.#tenures.claim(name, ms, (asked) => {
      const writer = this.#writer();
      if (writer) write(asked, writer);
    });
  }

  /** Asks again over another connection. */
  rejoin(writer: RecordWriter): void {
    for (const asked of this.#tenures.asked.values()) write(asked, writer);
  }

  /** The engine says who holds a name. */
  claimed(reader: RecordReader): void {
    const ask = reader.u32();
    const [fence, peer] = [reader.number(1), reader.id()];
    this.#tenures.answer(ask, fence, { peer, fence });
  }

  /** The engine has too many of this server. */
  refused(reader: RecordReader): void {
    this.#tenures.refuse(reader.u32(), "this server has claimed too many names");
  }

  /** The engine says that somebody holds a name no more. */
  over(reader: RecordReader): void {
    this.#tenures.end(reader.number(), "It was given back, or its holder is gone");
  }

  /** Nothing is sure any more. */
  endAll(why: string): void {
    this.#tenures.endAll(why);
  }

  /** Nobody gets an answer any more. */
  refuseAll(why: string): void {
    this.#tenures.refuseAll(why);
  }
}

function write({ ask, name }: Asked, writer: RecordWriter): void {
  const encoded = encodeName(name);
  writer.begin(RECORD.claim, 6 + encoded.length).u32(ask).name(encoded);
}
