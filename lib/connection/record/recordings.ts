import { FLUSH_TIME } from "../../base/limits.ts";
import { within } from "../../base/within.ts";
import type { Ticket } from "../ticket.ts";
import { RecordFolder } from "./record_folder.ts";
import type { RecordTerms } from "./record_terms.ts";
import { Recording } from "./recording.ts";

/** The recordings of a server. */
export class Recordings {
  readonly #folders = new Map<string, RecordFolder>();
  readonly #open = new Set<Recording>();

  /** A recording of a connection, which is written as soon as that is open. */
  of(terms: RecordTerms, ticket: Ticket): Recording {
    let folder = this.#folders.get(terms.folder);
    if (!folder) this.#folders.set(terms.folder, folder = new RecordFolder(terms.folder));
    const recording: Recording = new Recording(folder, ticket, {
      ...terms,
      opened: () => this.#open.add(recording),
      closed: () => this.#open.delete(recording),
    });
    return recording;
  }

  /** Resolves when all that was recorded is on the disk, and after a second at the latest. */
  async close(): Promise<void> {
    await within(Promise.all(Array.from(this.#open, (recording) => recording.stop())), FLUSH_TIME);
  }
}
