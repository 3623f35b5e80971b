import { messageOf } from "../../base/errors.ts";
import { lines } from "../../codec/lines.ts";
import { type Form, parseEvent, parseHead, type RecordedEvent } from "./parse_event.ts";

const CHUNK = 64 * 1024;
const NEWLINE = 10;

/** A mistake in a recording; the message says in which line. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/**
 * Yields the events of a recording as they are read: of the file, only what was read at once is in memory, and at most
 * one line of 16 MiB.
 *
 * @throws {RecordingError} If a line is none. The last one may have been cut off, by a server that was killed.
 */
export async function* readRecording(file: string): AsyncGenerator<RecordedEvent> {
  using handle = await Deno.open(file);
  let form: Form | undefined;
  let number = 0;
  let found: string[] = [];
  const decoder = lines.decoder("stdout", (batch) => {
    for (const text of batch) found.push(String(text));
  });
  const chunk = new Uint8Array(CHUNK);

  function* events(isCut: boolean): Iterable<RecordedEvent> {
    const texts = found;
    found = [];
    for (const text of texts) {
      number++;
      if (text === "") continue;
      try {
        if (form === undefined) form = parseHead(text);
        else yield parseEvent(form, text);
      } catch (error) {
        if (isCut && form !== undefined) return;
        throw new RecordingError(`line ${number}: ${messageOf(error)}`);
      }
    }
  }
  let last = NEWLINE;
  for (let read; (read = await handle.read(chunk)) !== null;) {
    last = chunk[read - 1] ?? last;
    try {
      decoder?.push(chunk.subarray(0, read));
    } catch (error) {
      throw new RecordingError(`line ${number + found.length + 1}: ${messageOf(error)}`);
    }
    yield* events(false);
  }
  decoder?.end();
  yield* events(last !== NEWLINE);
  if (form === undefined) throw new RecordingError("line 1: there is none");
}
