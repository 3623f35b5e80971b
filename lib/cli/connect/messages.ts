import type { Message } from "../../base/batch.ts";
import { CODECS } from "../../codec/codecs.ts";

/**
 * Makes messages of input: each line one of text, or, in binary, each chunk as it comes. It reads on only
 * when what came was taken.
 *
 * @throws {CodecError} If a line is longer than 16 MiB.
 */
export async function* messagesOf(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
  binary: boolean,
): AsyncGenerator<readonly Message[]> {
  let messages: Message[] = [];
  const codec = CODECS[binary ? "binary" : "lines"];
  const decoder = codec.decoder("stdout", (batch) => messages.push(...batch));
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    decoder?.push(value);
    if (messages.length > 0) yield messages;
    messages = [];
  }
  decoder?.end();
  if (messages.length > 0) yield messages;
}
