/** The subprotocol by which a client says that it can come back. */
export const RESUME_PROTOCOL = "stdws.resume.v1";

/** Words before the id of a session in the list of subprotocols of a client that comes back. */
export const SESSION_PREFIX = `${RESUME_PROTOCOL}.session.`;

/** How long a session waits for its client, and how much it keeps for it. */
export interface ResumeTerms {
  /** Milliseconds. */
  readonly ms: number;
  /** Bytes of messages that were sent and are not acknowledged, 64 for each beside its data. */
  readonly bytes: number;
}

/** A close code of sessions, with its reason. */
export type ResumeClose = readonly [code: number, reason: string];

/** There is no such session: it has ended, or it is somebody else's, or it never was. */
export const NOT_KNOWN: ResumeClose = [4410, "The session is not known"];

/** The client has come back on another transport. */
export const ELSEWHERE: ResumeClose = [4411, "Continued elsewhere"];

/** The code of a client that gives up a transport, and comes back. */
const COMES_BACK = 4412;

/** Whether a client that closes its transport with a code wants no more of its session. */
export function endsSession(code: number): boolean {
  return code === 1000 || code === 1005 ||
    (code >= 3000 && code !== COMES_BACK && code !== ELSEWHERE[0]);
}
