import { LineSplitter } from "../../process/framing.ts";

/**
 * Makes messages of input: each line one of text, or, in binary, each chunk as it comes. It reads on only
 * when what came was taken.
 *
 * @throws {LineTooLongError} If a line is longer than 16 MiB.
 */
export async function* messagesOf(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
  binary: boolean,
): AsyncGenerator<readonly (string | Uint8Array)[]> {
  let lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    if (binary) yield [value];
    else if (splitter.push(value) > 0) {
      yield lines;
      lines = [];
    }
  }
  splitter.end();
  if (lines.length > 0) yield lines;
}
