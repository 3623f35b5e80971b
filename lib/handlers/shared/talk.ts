import type { Log } from "../../base/log.ts";
import type { Batch, Decoder, Hub, IncomingRequest } from "../../contract.ts";
import type { Client } from "./client.ts";

/** How clients and their process talk to each other. */
export interface Talk {
  /** Where its rooms are. */
  hub: Hub | undefined;
  /**
   * A process has started, which knows of nobody.
   *
   * @param log Its log.
   * @returns What takes its output.
   */
  started(log: Log): Decoder;
  /** No process is there any more, and none will be for those who were there. */
  stopped(): void;
  /** What a client gets first. */
  readonly history: readonly Batch[];
  /** What a process is told of a connection that begins with a request; empty where it is told nothing. */
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
