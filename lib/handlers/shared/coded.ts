import type { Mark } from "../../base/mark.ts";
import { encodeSome } from "../../codec/encode_some.ts";
import type { Batch, Codec, Decoder, Hub } from "../../contract.ts";
import { RoomLog } from "../../hub/room_log.ts";
import type { Stdin } from "../../process/stdin.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import type { Talk } from "./talk.ts";

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

  history(seen?: Mark): readonly Batch[] {
    return this.#log.after(seen, this.#options.remembered);
  }

  missing(seen: Mark | undefined): number | undefined {
    return this.#log.missing(seen);
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
    const noted = this.#log.add(batch, this.#options.remembered);
    for (const client of this.#crowd) client.send(noted);
  }
}
