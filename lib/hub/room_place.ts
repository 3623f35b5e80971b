import type { Bus } from "../bus/bus.ts";

/** The part of a hub that a room on its bus uses. */
export interface RoomPlace {
  readonly bus: Bus;
  /** Whether the engine cannot be reached. */
  readonly isAway: boolean;
  /** Whether so much waits for the engine that others are told later who is there. */
  readonly isFull: boolean;
  /** Whether another server was said to be gone, and has not come again. */
  isGone(server: string): boolean;
  /** The number of the last messages that were said. */
  readonly lastNumber: number;
  /** A number for messages, higher than all before. */
  nextNumber(): number;
  /** The same for words about who is there. */
  nextVersion(): number;
  /** Has the room begin alone, unless the engine answers in time. */
  expect(room: Awaiting): void;
  /**
   * Has the room tell others what has changed: soon, or later where nobody waits for that; and when the engine is there
   * and takes it.
   */
  announce(room: Awaiting, isUrgent: boolean): void;
  /** Has the room wait for no more answers after a while. */
  settle(room: Awaiting): void;
  /** Counts something, and has the log say so. */
  note(what: Mishap, topic: string, count: number | undefined): void;
}

/** A mishap of messages between servers. */
export type Mishap =
  /** Somebody has written to the engine what no server does. */
  | "foreign"
  /** Others could not be told them. */
  | "unsaid"
  /** Lost on their way here. */
  | "lost";

/** A room that is called later. */
export interface Awaiting {
  announce(): void;
  beginAlone(): void;
  settle(): void;
}
