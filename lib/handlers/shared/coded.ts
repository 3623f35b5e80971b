import type { Mark } from "../../base/mark.ts";
import { encodeSome } from "../../codec/encode_some.ts";
import type { Batch, Codec, Decoder, Hub } from "../../contract.ts";
import { RoomLog } from "../../hub/room_log.ts";
import type { Stdin } from "../../process/stdin.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import type { Talk } from "./talk.ts";

// Bytes of memory of the last messages for clients whose way to the process breaks, and who are back soon.
const FOR_THE_RETURN = 1024 * 1024;

/** Options of {@linkcode Coded}. */
export interface CodedOptions {
  /** Turns the process's output into messages, and messages into its input. */
  readonly codec: Codec;
  /** How many of the last messages a client gets first. */
  readonly remembered: number;
}

/** Messages from all clients, messages to all clients. */
export class Coded implements Talk {
  hub: Hub | undefined;
  isJoined = false;
  readonly #stdin: Stdin<Client>;
  readonly #crowd: Crowd;
  readonly #options: CodedOptions;
  #log = new RoomLog();

  constructor(stdin: Stdin<Client>, crowd: Crowd, options: CodedOptions) {
    this.#stdin = stdin;
    this.#crowd = crowd;
    this.#options = options;
  }

  started(): Decoder {
    const decoder = this.#options.codec.decoder("stdout", (batch) => this.#publish(batch));
    if (decoder) return decoder;
    throw new Error("A codec has to read stdout");
  }

  stopped(): void {
    this.#log = new RoomLog();
  }

  history(seen?: Mark, isBack = false): readonly Batch[] {
    const isAll = isBack && this.#knows(seen);
    return this.#log.after(seen, isAll ? Infinity : this.#options.remembered);
  }

  get place(): Mark {
    return { log: this.#log.id, number: this.#log.next - 1 };
  }

  missing(seen: Mark | undefined): number | undefined {
    // It gets no more than any other that comes.
    if (!this.#knows(seen) && this.#log.next - 1 > this.#options.remembered) return undefined;
    return this.#log.missing(seen);
  }

  #knows(seen: Mark | undefined): boolean {
    return seen?.log === this.#log.id;
  }

  announce(): string {
    return "";
  }

  opened(): void {}

  message(client: Client, batch: Batch): boolean {
    const { codec } = this.#options;
    if (client.ignored.has(batch, codec.takes, client.log)) return true;
    const { data, refused } = encodeSome(codec, batch);
    if (!this.#stdin.add(client, "message", data)) return false;
    if (refused) throw refused;
    return true;
  }

  left(): void {}

  #publish(batch: Batch): void {
    const spare = this.isJoined ? FOR_THE_RETURN : 0;
    const noted = this.#log.add(batch, this.#options.remembered, spare);
    for (const client of this.#crowd) client.send(noted);
  }
}
