import type { Piece } from "../../process/piece.ts";
import type { Client } from "./client.ts";

const encoder = new TextEncoder();

/**
 * Yields what a new process is told, which knows of nobody: first who is there, or was there and has said
 * something that no process has got; then what they said.
 *
 * @param crowd The clients that are there.
 * @param pieces The input that no process has got.
 */
export function* introduce(
  crowd: Iterable<Client>,
  pieces: readonly Piece<Client>[],
): Iterable<Piece<Client>> {
  const speakers = new Set<Client>();
  for (const { source, kind } of pieces) if (kind === "message") speakers.add(source);
  for (const source of new Set([...crowd, ...speakers])) {
    yield { source, kind: "open", bytes: encoder.encode(source.announcement) };
  }
  for (const piece of pieces) {
    if (piece.kind === "message" || piece.kind === "close" && speakers.has(piece.source)) {
      yield piece;
    }
  }
}
