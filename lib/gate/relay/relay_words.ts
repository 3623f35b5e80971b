import type { Greeting } from "../../connection/resume/control.ts";
import { type Mark, markText, parseMark } from "../../base/mark.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Returning } from "../../contract.ts";
import { RelayError } from "../../connection/transport/relay/relay_frame.ts";
import {
  countOf,
  fieldsOf,
  headersOf,
  numberOf,
  pairsOf,
  readRequest,
  requestWords,
  textOf,
} from "./request_words.ts";

/** The wish of a server to another one that is to serve a client. */
export interface RelayOpen {
  readonly request: IncomingRequest;
  /** The pattern of its route. */
  readonly path: string;
  /** The run that is one among all servers, and the fence of its holder; undefined for a session. */
  readonly run?: { readonly name: string; readonly fence: number } | undefined;
  /** Present where it was served before, and its client has not noticed the end of that. */
  readonly returns?: Returning | undefined;
  /** The session that it comes back to. */
  readonly session?: RelayedSession | undefined;
}

/** A session that a client comes back to. */
export interface RelayedSession {
  readonly id: string;
  /** The number of the last message that it has, where it says nothing else; undefined where it speaks the protocol. */
  readonly received?: number | undefined;
}

/** The same as JSON. */
export function openWords({ request, returns, ...rest }: RelayOpen): unknown {
  return {
    ...rest,
    ...(returns && { returns: { ...returns, seen: returns.seen && markText(returns.seen) } }),
    request: requestWords(request),
  };
}

/** @throws {RelayError} If it is none. */
export function readOpen(words: unknown): RelayOpen {
  const { request, path, run, returns, session } = fieldsOf(words, "open");
  return {
    request: readRequest(request),
    path: textOf(path, "path"),
    run: run === undefined ? undefined : readRun(run),
    returns: returns === undefined ? undefined : readReturning(returns),
    session: session === undefined ? undefined : readSession(session),
  };
}

function readReturning(words: unknown): Returning {
  const { seen, isSame } = fieldsOf(words, "returns");
  return { seen: seen === undefined ? undefined : readMark(seen), isSame: isSame === true };
}

function readMark(words: unknown): Mark {
  const mark = parseMark(textOf(words, "seen"));
  if (!mark) throw new RelayError('"seen" is no mark');
  return mark;
}

function readRun(words: unknown): RelayOpen["run"] {
  const { name, fence } = fieldsOf(words, "run");
  return { name: textOf(name, "name"), fence: countOf(fence, "fence") };
}

function readSession(words: unknown): RelayedSession {
  const { id, received } = fieldsOf(words, "session");
  return {
    id: textOf(id, "id"),
    received: received === undefined ? undefined : countOf(received, "received"),
  };
}

/** The terms on which a client is let in over there. */
export interface RelayTerms {
  readonly subprotocol: string;
  readonly headers: [name: string, value: string][];
  readonly associated: Readonly<Record<string, string>>;
}

/** @throws {RelayError} If they are none. */
export function readTerms(words: unknown): RelayTerms {
  const { subprotocol, headers, associated } = fieldsOf(words, "accepted");
  const facts = Object.entries(fieldsOf(associated, "associated"));
  return {
    subprotocol: textOf(subprotocol, "subprotocol"),
    headers: pairsOf(headers, "headers"),
    associated: Object.fromEntries(facts.map(([name, fact]) => [name, textOf(fact, name)])),
  };
}

/** The refusal of another server. */
export interface RelayRefusal {
  /** Whether it says nothing but that it is not there. */
  readonly isStale?: boolean;
  readonly status: number;
  /** The reason for the log, where there is no answer of a handler. */
  readonly reason?: string | undefined;
  readonly headers: [name: string, value: string][];
  /** The body of a handler's answer. */
  readonly body?: string | undefined;
}

/** @throws {RelayError} If it is none. */
export function readRefusal(words: unknown): RelayRefusal {
  const { isStale, status, reason, headers, body } = fieldsOf(words, "refused");
  const code = numberOf(status, "status");
  return {
    isStale: isStale === true,
    // Of an answer without a body there is none to a handshake that was refused.
    status: Number.isInteger(code) && code >= 200 && code <= 599 ? code : 502,
    reason: reason === undefined ? undefined : textOf(reason, "reason"),
    headers: [...headersOf(headers)],
    body: body === undefined ? undefined : textOf(body, "body"),
  };
}

/** @throws {RelayError} If it is none. */
export function readGreeting(
  words: unknown,
): Pick<Greeting, "session" | "sent"> & { readonly lost: number } {
  const { session, sent, lost = 0 } = fieldsOf(words, "greeting");
  return {
    session: textOf(session, "session"),
    sent: countOf(sent, "sent"),
    lost: countOf(lost, "lost"),
  };
}
