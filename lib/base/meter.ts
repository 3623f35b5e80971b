/** Amounts that one connection has carried so far. */
export interface Carried {
  /** Messages of the client that its handler got. */
  readonly messagesIn: number;
  /** Their bytes. */
  readonly bytesIn: number;
  /** Messages that went out to the client. */
  readonly messagesOut: number;
  /** Their bytes, and those of parts of a message that is not complete. */
  readonly bytesOut: number;
  /** Messages that were dropped because the client reads too slowly. */
  readonly dropped: number;
}

/**
 * Counts what a server does, for whoever watches it. Nothing is called for a message: a connection counts what it
 * carries by itself, is asked for it, and tells it at its end.
 */
export interface Meter {
  /**
   * The counts of a route, always the same for the same.
   *
   * @param route Its pattern, never a path; undefined for what came to none.
   */
  at(route: string | undefined): RouteMeter;
  /** A client's TLS handshake failed. */
  tlsFailed(): void;
  /**
   * Messages of rooms went wrong between servers. Missing where nobody counts.
   *
   * @param what What has happened to them: `foreign`, `unsaid` or `lost`.
   */
  strayed?(what: string, count: number): void;
}

/** Counts what happens at one route. */
export interface RouteMeter {
  /**
   * A request was answered: a handshake that was refused, or any other. One that was accepted is `opened`.
   *
   * @param status The HTTP status.
   */
  answered(what: "handshake" | "request", status: number): void;
  /** A connection is open: its handshake was answered with 101. */
  opened(): void;
  /** A connection that was open has ended. */
  closed(code: number, carried: Carried): void;
  /** A client was not let in, by a kind of `auth=` such as `basic`. */
  denied(kind: string): void;
  /** A limit, by the name of its option, has refused something or ended a connection. */
  limited(option: string): void;
  /** A process was started, which took so many ms. */
  processStarted(ms: number): void;
  /** A program could not be started. */
  processFailed(): void;
  /** A process has ended. */
  processEnded(status: Pick<Deno.CommandStatus, "code" | "signal">): void;
  /** The server sent a process a signal, because it did not end by itself. */
  processSignalled(signal: string): void;
  /** Messages were lost with the server that ran the program of their clients. Missing where nobody counts. */
  inputLost?(count: number): void;
  /**
   * Input was taken by a program, the oldest message of which came so many ms before. Missing where nobody counts,
   * and then nobody looks at a clock.
   */
  inputTaken?(ms: number): void;
}

const NO_ROUTE_METER: RouteMeter = {
  answered() {},
  opened() {},
  closed() {},
  denied() {},
  limited() {},
  processStarted() {},
  processFailed() {},
  processEnded() {},
  processSignalled() {},
};

/** Counts nothing: for a server that nobody watches. */
export const NO_METER: Meter = { at: () => NO_ROUTE_METER, tlsFailed() {} };
