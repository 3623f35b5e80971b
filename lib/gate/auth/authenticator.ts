import type { Log } from "../../base/log.ts";
import type { Permits } from "../../base/permits.ts";
import type { IncomingRequest } from "../../base/request.ts";

/** Claims of a client about who it is; taken from wherever it may stand, and from there nobody else reads it. */
export interface Evidence {
  /** Name and password of `Authorization: Basic` (RFC 7617). */
  readonly basic?: { readonly user: string; readonly password: string };
  /** A bearer token (RFC 6750), from the header, a cookie, the query or the list of subprotocols. */
  readonly token?: string;
}

/** The part of the server that an {@linkcode Authenticator} may use. */
export interface AuthContext {
  /** Of the request. */
  readonly log: Log;
  /** The processes of the server; see `Place.processes`. */
  readonly processes: Permits;
  /** Aborts when nobody waits for the finding any more. */
  readonly left: AbortSignal;
  /** Aborts when the server is ending. */
  readonly signal: AbortSignal;
}

/** Knowledge of a client that was let in. */
export interface Identity {
  /** The name of the client: `REMOTE_USER`, `request.user`. */
  readonly user: string;
  /** The scheme that has proved it: `Basic`, `Bearer`, …: `AUTH_TYPE` (RFC 3875 §4.1.1). */
  readonly type: string;
  /** The end of what has proved it, in ms since 1970: a connection is closed then; default: it may stay. */
  readonly until?: number;
  /** Variables that its program gets beside all others. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Headers that are not the client's to say, in place of its own; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A client that is not let in. */
export interface Denial {
  /** 401 where it has to say who it is, 403 where it is known and may not, 503 where nobody could be asked. */
  readonly status: 401 | 403 | 503;
  /** For the log: never a secret. */
  readonly reason: string;
  /** The answer to give in place of the one that the status means. */
  readonly response?: Response;
  /** Whether that may be about a wrong password or token, and counts as one; default: where the status is 401. */
  readonly isGuess?: boolean;
}

/**
 * One way to find out who a client is and whether it may come in: a row of `auth=`. Several routes may share it. It
 * is disposed when none of them has it any more, and MUST still answer who comes late, but begin nothing anew.
 */
export interface Authenticator extends AsyncDisposable {
  /** The name of its kind, as `basic`, by which it is counted whom it does not let in; default `other`. */
  readonly kind?: string;
  /** Names of headers that it may say something in: whatever a client has sent by them, nobody behind it sees. */
  readonly owns?: readonly string[];
  /** The challenge of a 401, such as `Bearer realm="stdws"` (RFC 9110 §11.6.1); undefined where there is none. */
  readonly challenge?: string;
  /**
   * Whether it lets in whoever has sent that, without any work: then nobody has to wait behind others of the same
   * address whose passwords are wrong. Default: that is not known.
   */
  knows?(evidence: Evidence): boolean;
  /**
   * Looks at what a client has sent.
   *
   * @returns undefined where there is no evidence of its kind, so that another one may know the client.
   */
  check(
    request: IncomingRequest,
    evidence: Evidence,
    context: AuthContext,
  ): Promise<Identity | Denial | undefined>;
}
