import type { ChunkSink } from "../../process/output.ts";
import type { SharedInput } from "../../process/shared_input.ts";
import { History } from "../history.ts";
import type { Message } from "../message_queue.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import { lineBatches } from "./line_batches.ts";
import type { Talk } from "./talk.ts";

/** Lines from all clients, lines to all clients. */
export class Lines implements Talk {
  readonly #input: SharedInput<Client>;
  readonly #crowd: Crowd;
  /** How many lines of it a client gets first. */
  readonly #remembered: number;
  #history = new History();

  /** @param remembered How many of the last lines a client gets first. */
  constructor(input: SharedInput<Client>, crowd: Crowd, remembered: number) {
    this.#input = input;
    this.#crowd = crowd;
    this.#remembered = remembered;
  }

  started(): ChunkSink {
    return lineBatches((lines) => {
      if (this.#remembered > 0) {
        for (const line of lines) this.#history.add(line, this.#remembered);
      }
      for (const client of this.#crowd) for (const line of lines) client.send(line);
    });
  }

  stopped(): void {
    this.#history = new History();
  }

  get history(): readonly Message[] {
    return this.#history.last(this.#remembered);
  }

  announce(): string {
    return "";
  }

  opened(): void {}

  message(client: Client, data: string | Uint8Array): boolean {
    if (typeof data === "string") return this.#input.add(client, "message", data + "\n");
    client.log.debug("websocket", "Ignored a binary message");
    return true;
  }

  left(): void {}
}
