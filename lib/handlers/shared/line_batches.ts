import { Batch } from "../../base/batch.ts";
import { LineSplitter } from "../../process/framing.ts";
import type { ChunkSink } from "../../process/output.ts";

/** Cuts output into lines, which it hands on together as they came. */
export function lineBatches(take: (batch: Batch) => void): ChunkSink {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));

  function flush(): void {
    if (lines.length > 0) take(batchOf(lines));
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

const encoder = new TextEncoder();

function batchOf(lines: readonly string[]): Batch {
  const bytes = encoder.encode(lines.join(""));
  const spans: number[] = [];
  let at = 0;
  for (const line of lines) {
    const end = at + encoder.encode(line).length;
    spans.push(at, end);
    at = end;
  }
  return new Batch(false, bytes, spans);
}
