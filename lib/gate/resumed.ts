import { GOODBYE_TIMEOUT, RESUME_BYTES } from "../base/limits.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Resuming } from "../connection/resume/resuming.ts";
import type { Sessions } from "../connection/resume/sessions.ts";
import { NOT_KNOWN } from "../connection/resume/terms.ts";
import type { Relay } from "../connection/ticket.ts";
import type { Admission } from "../contract.ts";
import type { LiveRoute } from "./route.ts";
import type { Visit } from "./visit.ts";

/** The outcome of a client's offer of a session. */
export interface Resumed {
  /** In place of that of the handler, which is not asked. */
  readonly admission?: Admission;
  readonly resume?: Resuming;
  /** The way to the server that serves it. */
  readonly relay?: Relay;
  /** Whether the protocol of sessions is agreed on. */
  readonly resumes: boolean;
  /** Milliseconds that its client has for the end, in place of those of the route. */
  readonly lingerMs?: number;
}

const NOTHING: Resumed = { resumes: false };

// Its connection is there already.
const CONTINUES: Admission = { open: () => {} };

const UNKNOWN: Admission = { open: (connection) => connection.close(...NOT_KNOWN) };

/** Ends the session of a client that has got all of it. */
export function endSession(
  { offer }: Visit,
  request: IncomingRequest,
  { path }: LiveRoute,
  sessions: Sessions,
): void {
  sessions.find(offer?.id ?? "", ownerOf(request, path))?.gotAll();
}

/** The client as guards have found it, at the pattern of a route. */
export function ownerOf({ user, subject }: IncomingRequest, path: string): string {
  return JSON.stringify([path, user, subject]);
}

/** Finds or begins the session of a client that every guard has let pass. */
export function resumed(
  { offer, continues }: Visit,
  request: IncomingRequest,
  { path, options }: LiveRoute,
  sessions: Sessions,
): Resumed {
  if (!offer) return NOTHING;
  const { resume: ms = 0, resumeBytes: bytes = RESUME_BYTES } = options;
  const owner = ownerOf(request, path);
  // Whoever is sent events has none of the protocol.
  const resumes = offer.events === undefined;
  const begins = ms > 0 ? { resume: { sessions, owner, ms, bytes }, resumes } : NOTHING;
  if (offer.id === undefined) return begins;
  const session = sessions.find(offer.id, owner);
  if (session) return { admission: CONTINUES, resume: { session }, resumes };
  // One that is there was let in without being counted: there must not be many of them, nor for long.
  if (continues) return { admission: UNKNOWN, resumes, lingerMs: GOODBYE_TIMEOUT };
  if (ms > 0 && resumes) return { admission: UNKNOWN, resumes };
  // A browser that comes back by itself begins anew, and is told.
  return resumes ? NOTHING : begins;
}
