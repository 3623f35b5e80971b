import { RETRY_AFTER } from "./limits.ts";

/**
 * A configuration that cannot work, or a command line that cannot be understood.
 *
 * The message is one line that names the option or the value.
 */
export class UsageError extends Error {
  /** The class, as it is printed. */
  override readonly name = "UsageError";
  /**
   * 1: it cannot work; 2: an option that does not exist or a value that does not parse; 4: a console at
   * every path beside something that answers there as well.
   */
  readonly exitCode: 1 | 2 | 4;

  /**
   * Says what cannot work.
   *
   * @param message The attempt, a colon, and the fact.
   * @param exitCode The exit code that it means.
   * @param options The error that it is because of.
   */
  constructor(message: string, exitCode: 1 | 2 | 4 = 1, options: ErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** An address that the server cannot listen on. */
export class ListenError extends Error {
  /** The class, as it is printed. */
  override readonly name = "ListenError";
}

/** A request for an upgrade that is refused, before anything was started for it. */
export class HandshakeError extends Error {
  /** The class, as it is printed. */
  override readonly name: string = "HandshakeError";
  /** The status of the HTTP answer, 400 to 599. */
  readonly status: number;
  /** Headers that the answer needs, as `Sec-WebSocket-Version` with 426. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * Says why it is refused.
   *
   * @param status The status of the answer.
   * @param message The reason, for the log.
   * @param headers Headers that the answer needs beside its status.
   */
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * A request that is refused because there is enough already. Anybody can cause any number of them: the log has one
 * line a second about those of one limit.
 */
export class LimitError extends HandshakeError {
  /** The class, as it is printed. */
  override readonly name = "LimitError";
  /** The name of the option that has the limit, or of what is short. */
  readonly limit: string;

  /**
   * Says what there is enough of.
   *
   * @param limit The name of the option that has the limit, or of what is short.
   * @param message The reason, for the log.
   */
  constructor(
    limit: string,
    message: string,
    { status, seconds = RETRY_AFTER, headers = {} }: LimitErrorOptions,
  ) {
    super(status, message, { "Retry-After": String(seconds), ...headers });
    this.limit = limit;
  }
}

/** Options of {@linkcode LimitError}: its answer. */
export interface LimitErrorOptions {
  /** 429 where this client may have no more, 503 where nobody may. */
  readonly status: 429 | 503;
  /** Whole seconds after which it may try again (RFC 9110 §10.2.3); default 5. */
  readonly seconds?: number;
  /** Headers that the answer needs beside. */
  readonly headers?: Record<string, string>;
}

/** Something that a connection's engine cannot do, where another one can. */
export class EngineError extends Error {
  /** The class, as it is printed. */
  override readonly name = "EngineError";
}

/** A program that cannot be started. */
export class LaunchError extends Error {
  /** The class, as it is printed. */
  override readonly name = "LaunchError";
  /** The program's path. */
  readonly program: string;

  /**
   * Says why it cannot be started.
   *
   * @param program The program's path.
   * @param message The attempt, and why it failed.
   */
  constructor(program: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.program = program;
  }
}

/** The text of whatever was thrown. Never throws: that an error has its own errors must not hide it. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "an error that cannot be told";
  }
}

/** The bus that joins this server with others cannot be used. */
export class BusError extends Error {
  /** The class, as it is printed. */
  override readonly name = "BusError";
}

/** A message that a codec cannot encode, or output that it cannot decode. */
export class CodecError extends Error {
  /** The class, as it is printed. */
  override readonly name = "CodecError";
  /** The close code that the client gets. */
  readonly code: number;

  /**
   * Says why.
   *
   * @param code The close code that it means.
   * @param message The reason, for the log and the client.
   */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
