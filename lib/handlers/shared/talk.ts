import type { Mark } from "../../base/mark.ts";
import type { Log } from "../../base/log.ts";
import type { Batch, Decoder, Gauge, Hub, IncomingRequest } from "../../contract.ts";
import type { Client } from "./client.ts";

/** A way in which clients and their process talk to each other. */
export interface Talk {
  /** The hub of its rooms. */
  hub: Hub | undefined;
  /** Whether clients may come back whose way to the process has broken; missing where that makes no difference. */
  isJoined?: boolean;
  /** The place of the last message; missing where they have none. */
  readonly place?: Mark;
  /**
   * A process has started, which knows of nobody.
   *
   * @param log The log of the process.
   * @returns The decoder that takes its output.
   */
  started(log: Log): Decoder;
  /**
   * The gauge that a process writes by, in place of its pace; missing where that is enough.
   *
   * @param pace undefined where it writes as fast as it will.
   */
  gauge?(pace: Gauge | undefined): Gauge | undefined;
  /** No process is there any more, and none will be for those who are there, who are closed then. */
  stopped(): void;
  /**
   * The messages that a client gets first; missing where the process itself says what.
   *
   * @param seen The last message that it has; default: it has none.
   * @param isBack Whether it has had messages of the same process before, and gets all that it has missed.
   */
  history?(seen?: Mark, isBack?: boolean): readonly Batch[];
  /**
   * How many messages a client misses that has had others before, beside what `history` gives it, or undefined where
   * nobody knows; missing where nobody ever does.
   *
   * @param seen The last numbered message that it has; undefined where it has none.
   */
  missing?(seen: Mark | undefined): number | undefined;
  /** The text that tells a process of a connection, by its first request; empty where it is told nothing. */
  announce(request: IncomingRequest): string;
  /** A client has come. */
  opened(client: Client): void;
  /**
   * A client has said something.
   *
   * @returns Whether it could be taken: false where too much of that client waits.
   * @throws {CodecError} If it cannot be said to the process.
   */
  message(client: Client, batch: Batch): boolean;
  /** A client has left. */
  left(client: Client, code: number, reason: string): void;
}
