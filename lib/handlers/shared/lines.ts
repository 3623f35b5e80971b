import type { ChunkSink } from "../../process/output.ts";
import type { SharedInput } from "../../process/shared_input.ts";
import type { Batch } from "../../base/batch.ts";
import type { Hub } from "../../contract.ts";
import { RoomLog } from "../../hub/room_log.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import { lineBatches } from "./line_batches.ts";
import type { Talk } from "./talk.ts";

/** Lines from all clients, lines to all clients. */
export class Lines implements Talk {
  hub: Hub | undefined;
  readonly #input: SharedInput<Client>;
  readonly #crowd: Crowd;
  /** How many lines of it a client gets first. */
  readonly #remembered: number;
  #log = new RoomLog();

  /** @param remembered How many of the last lines a client gets first. */
  constructor(input: SharedInput<Client>, crowd: Crowd, remembered: number) {
    this.#input = input;
    this.#crowd = crowd;
    this.#remembered = remembered;
  }

  started(): ChunkSink {
    return lineBatches((batch) => {
      this.#log.add(batch, this.#remembered);
      for (const client of this.#crowd) client.send(batch);
    });
  }

  stopped(): void {
    this.#log = new RoomLog();
  }

  get history(): readonly Batch[] {
    return this.#log.last(this.#remembered);
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
