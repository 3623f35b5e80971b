import type { Exchange } from "../contract.ts";

/** The rest of a request, as an engine brings it. */
export interface Brought extends Exchange {
  /** Calls back when the answer is out, or its client has left; default: it is as soon as it is decided on. */
  finished?(then: () => void): void;
  /** Whether the engine reads on whatever is taken of the body, so that nobody is held back; default false. */
  readonly readsAhead?: boolean;
  /** Lets the body come, and the answer be taken, as slowly as they are; default: the engine does so anyway. */
  takeTime?(): void;
}
