import { HandshakeError, LaunchError, LimitError, messageOf } from "../base/errors.ts";
import { type FloodLog, withMore } from "../base/flood_log.ts";
import type { Associated, Log } from "../base/log.ts";
import { logThrown } from "../base/log_thrown.ts";
import { plain, reasonOf } from "../base/plain.ts";

/** A request on its way through the gate, for the one line of the log about its refusal. */
export interface Asked {
  /** Whether it asks for a WebSocket. */
  readonly upgrades: boolean;
  /** The pattern of the route that it is at; undefined where there is none. */
  readonly route?: string | undefined;
  /**
   * The log of what is known of it; asked for only where it is refused.
   *
   * @param facts What is known beside.
   */
  log(facts: Associated): Log;
}

/** The one who gives an answer that is a refusal. */
export type Refuser = "guard" | "handler" | "server";

/** The reason of a refusal. */
export interface Reason {
  readonly status: number;
  readonly message: string;
}

/** Writes the line about a request that is refused. */
export function logRefusal(asked: Asked, { status, message }: Reason): void {
  const log = logOf(asked, status);
  // An operator is to know of it.
  if (status === 429) log.error("http", message);
  else if (!asked.upgrades) log.access("http", message);
  else if (status === 404) log.access("session", message);
  else log.access("session", `Unable to Upgrade: ${message}`);
}

/** Writes the line about an answer that is a refusal. */
export function logAnswer(asked: Asked, { status, statusText }: Response, by: Refuser): void {
  const answer = `${status} ${statusText || reasonOf(status)}`.trimEnd();
  const message = by === "server" ? MESSAGES[status] ?? answer : `The ${by} answered ${answer}`;
  logRefusal(asked, { status, message });
}

const MESSAGES: Readonly<Record<number, string>> = {
  405: "There is nothing but a WebSocket: its method is GET",
  426: "There is nothing but a WebSocket: no upgrade to one was asked for",
};

/**
 * The answer to a request that failed, which is logged, once a second where that is for a limit. Never throws.
 */
export function refuse(asked: Asked, error: unknown, floodLog: FloodLog): Response {
  try {
    if (error instanceof LimitError) return refuseForLimit(asked, error, floodLog);
    if (error instanceof HandshakeError) {
      const { status, message, headers } = error;
      // One that is none is found out before anything is said of it.
      const answer = plain(status, headers);
      logRefusal(asked, { status, message });
      return answer;
    }
    const log = logOf(asked, 500);
    if (error instanceof LaunchError) {
      log.with({ command: error.program }).error("process", error.message);
    } else logThrown(log, "session", "The handler failed", error);
  } catch (failure) {
    // What was thrown cannot even be looked at, or is an answer that is none.
    logOf(asked, 500).error("session", `The handler failed: ${messageOf(failure)}`);
  }
  return plain(500);
}

function refuseForLimit(asked: Asked, error: LimitError, floodLog: FloodLog): Response {
  const { limit, status, message, headers } = error;
  const answer = plain(status, headers);
  // Now: of a request that is over, the engine native reads no headers any more.
  const log = logOf(asked, status);
  // An operator is to know of it.
  floodLog.say(`${limit} ${asked.route}`, (more) => log.error("http", withMore(message, more)));
  return answer;
}

function logOf(asked: Asked, status: number): Log {
  const { route } = asked;
  return asked.log({ status: String(status), ...(route === undefined ? {} : { route }) });
}
