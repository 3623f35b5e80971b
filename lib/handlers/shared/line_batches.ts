import { LineSplitter } from "../../process/framing.ts";
import type { ChunkSink } from "../../process/output.ts";

/**
 * Cuts output into lines, which it hands on together as they came.
 *
 * An engine joins messages that it is given in a row for the same connection: a line to each client after
 * another costs up to three times as much as all lines to one client, then to the next.
 */
export function lineBatches(take: (lines: readonly string[]) => void): ChunkSink {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));

  function flush(): void {
    if (lines.length > 0) take(lines);
    lines.length = 0;
  }
  return {
    push(chunk) {
      try {
        return splitter.push(chunk);
      } finally {
        // Also those before one that is too long.
        flush();
      }
    },
    end() {
      splitter.end();
      flush();
    },
  };
}
