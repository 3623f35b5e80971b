import type { HandshakeError } from "../base/errors.ts";
import type { FloodLog } from "../base/flood_log.ts";
import { isUpgrade } from "../base/is_upgrade.ts";
import type { Meter } from "../base/meter.ts";
import { plain } from "../base/plain.ts";
import { httpLog } from "../base/session_log.ts";
import type { Header, Ticket } from "../connection/ticket.ts";
import { admit } from "./admit.ts";
import type { BasePath } from "./base_path.ts";
import type { Brought } from "./brought.ts";
import type { Entrance } from "./entrance.ts";
import type { EntryLimits } from "./entry_limits.ts";
import type { Gate } from "./gate.ts";
import type { RecentRefusals } from "./recent_refusals.ts";
import { type Asked, refuse } from "./refusal.ts";
import { respond } from "./respond.ts";
import type { Visit } from "./visit.ts";

/** Parts of a server that a request meets before its {@linkcode Gate}. */
export interface ReceptionOptions {
  readonly gate: Gate;
  readonly entrance: Entrance;
  readonly limits: EntryLimits;
  readonly basePath: BasePath;
  readonly refusals: RecentRefusals;
  readonly meter: Meter;
  readonly floodLog: FloodLog;
  /** Headers of answers that are no 101. */
  readonly headersHttp: readonly Header[];
  /** Aborts when the server is ending. */
  readonly signal: AbortSignal;
}

/** Decides about a request: whether the server takes it at all, what it answers, and whom it tells of a refusal. */
export class Reception {
  readonly #options: ReceptionOptions;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /** An answer to a request, or an upgrade of it. Never throws. */
  async decide(visit: Visit, exchange: Brought): Promise<Response | Ticket> {
    const { gate, entrance, limits, basePath, refusals, signal } = this.#options;
    const asked = visit.request;
    try {
      const { upgrades, offer } = visit;
      visit.continues = (upgrades || offer?.events !== undefined) && offer?.id !== undefined &&
        gate.sessions.has(offer.id);
      // A session that is here is no new connection.
      if ((upgrades && !visit.continues) || signal.aborted) entrance.expectOpen();
      const entered = visit.enter(limits);
      if (entered instanceof Promise) await entered;
      visit.request = basePath.below(asked);
      if (!upgrades) {
        const location = basePath.redirect(asked);
        const response = location === undefined
          ? await respond(visit, exchange, gate)
          : movedTo(location, visit);
        return this.#answer(visit, response);
      }
      const admitted = await admit(visit, exchange, gate);
      if (!(admitted instanceof Response)) return this.#taken(admitted);
      visit.leave();
      refusals.note(visit.request, admitted);
      return this.#answer(visit, admitted);
    } catch (error) {
      visit.leave();
      const answer = this.refuse(visit, error);
      // Other errors may tell of files and programs, or cannot even be looked at.
      const reason = answer.status === 500 ? "its log says why" : (error as HandshakeError).message;
      if (isUpgrade(asked.headers)) refusals.note(visit.request, answer, reason);
      return answer;
    }
  }

  /** The answer to a request that failed, which is logged. Never throws. */
  refuse(asked: Asked, error: unknown): Response {
    return this.#answer(asked, refuse(asked, error, this.#options.floodLog));
  }

  /** Has a connection that does not come about after all leave its place to another. */
  #taken(ticket: Ticket): Ticket {
    const { entrance } = this.#options;
    if (!entrance.once) return ticket;
    const abandon = () => {
      entrance.giveBack();
      ticket.abandon();
    };
    return { ...ticket, abandon };
  }

  /** Counts an answer, and adds the headers of `--header` and `--header-http`. */
  #answer({ route, upgrades }: Asked, response: Response): Response {
    const { meter, entrance: { isClosing }, headersHttp } = this.#options;
    meter.at(route).answered(upgrades ? "handshake" : "request", response.status);
    if (headersHttp.length === 0 && !isClosing) return response;
    const headers = new Headers(response.headers);
    // The next request shall come to another server.
    if (isClosing) headers.set("Connection", "close");
    for (const [name, value] of headersHttp) headers.append(name, value);
    return new Response(response.body, { status: response.status, headers });
  }
}

function movedTo(location: string, { request }: Visit): Response {
  httpLog(request).access("http", `Redirected to ${location}`);
  return plain(308, { Location: location });
}
