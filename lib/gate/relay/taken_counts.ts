import { Latest } from "../../base/latest.ts";

// Clients whose way has broken and that have not come back, of all servers.
const MOST = 10_000;

/** A client of another server, in one service of what runs once. */
export interface TakenBy {
  readonly name: string;
  readonly fence: number;
  readonly peer: string;
  readonly id: string;
}

/**
 * How many messages the process has got of clients whose way to it has broken: their server, which may not have heard
 * so, learns it when it leads them there again.
 */
export class TakenCounts {
  readonly #counts = new Latest<string, number>(MOST);

  /** Notes it; the oldest are forgotten. */
  note(by: TakenBy, count: number): void {
    this.#counts.note(keyOf(by), count);
  }

  /** Answers what was noted; undefined where nobody knows. */
  of(by: TakenBy): number | undefined {
    return this.#counts.get(keyOf(by));
  }

  /** Forgets it: the server of that client knows it. */
  forget(by: TakenBy): void {
    this.#counts.delete(keyOf(by));
  }
}

const keyOf = ({ name, fence, peer, id }: TakenBy): string => `${name} ${fence} ${peer} ${id}`;
