import { BusError, HandshakeError, LimitError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { IncomingRequest } from "../../base/request.ts";
import { GIVEN_BACK } from "../../bus/bus.ts";
import { Sessions } from "../../connection/resume/sessions.ts";
import type { Roster } from "../../connection/roster.ts";
import type { Links } from "../../connection/transport/relay/links.ts";
import { RelayError } from "../../connection/transport/relay/relay_frame.ts";
import { Relaying } from "../../connection/transport/relay/relaying.ts";
import type { Before, Found, RelayAnswer } from "../../connection/transport/relay/server_search.ts";
import type { Strict } from "../../connection/transport/relay/strict.ts";
import type { Admission, Sole } from "../../contract.ts";
import type { Patience } from "../patience.ts";
import type { ResumeOffer } from "../resume_offer.ts";
import type { LiveRoute } from "../route.ts";
import { openWords, readRefusal, readTerms } from "./relay_words.ts";
import { runName, type Runs } from "./runs.ts";

/** A request for a connection that every guard has let pass. */
export interface Asking {
  readonly request: IncomingRequest;
  readonly route: LiveRoute;
  readonly log: Log;
  readonly patience: Patience;
}

/** The word of the server that serves a connection, and the way to that. */
export interface Relayed {
  readonly accepted: Response | Admission;
  readonly relay: Relaying;
}

/** Parts of a server that a {@linkcode Front} needs. */
export interface FrontOptions {
  readonly self: string;
  readonly links: Links;
  readonly runs: Runs;
  readonly roster: Roster;
  /** Clients of routes with `away=close`. */
  readonly strict: Strict;
}

/** Has clients of this server served by the servers that have to. */
export class Front {
  readonly #options: FrontOptions;

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  /**
   * Has a client served by whoever runs what its route runs once.
   *
   * @throws {HandshakeError} If it is refused without an answer of its handler, or nobody serves it (503).
   */
  async run(asking: Asking, sole: Sole): Promise<Relayed> {
    const { request, route, log, patience } = asking;
    const { links, runs } = this.#options;
    const name = runName(route.path, sole);
    const find = async (before: Before | undefined): Promise<Found | undefined> => {
      const { peer, fence, over } = await runs.find(name, sole);
      // It may be known that it holds something before it is known that it is there.
      const link = links.to(peer);
      const returns = before && { seen: before.seen, isSame: before.fence === fence };
      const words = openWords({ request, path: route.path, run: { name, fence }, returns });
      const isTold = () => over.reason === GIVEN_BACK;
      return link && { link, words, fence, over, isTold };
    };
    const relay = new Relaying({
      ...this.#common(asking),
      find,
      isLasting: true,
      isStale: (words) => readRefusal(words).isStale === true,
      lost: (count) => route.meter.inputLost?.(count),
    });
    try {
      return { relay, accepted: this.#decision(relay, await relay.begin(patience.signal), log) };
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      // No fault of the handler, nor of this server.
      route.meter.limited("away");
      throw new LimitError("away", `No server is found that runs it: ${error.message}`, {
        status: 503,
      });
    }
  }

  /**
   * Leads a client to the server of its session.
   *
   * @returns undefined where there is no such server, or no such session of this client there.
   */
  async session(asking: Asking, { id = "", events }: ResumeOffer): Promise<Relayed | undefined> {
    const { request, route, log, patience } = asking;
    const { links, self } = this.#options;
    const peer = Sessions.serverOf(id);
    const link = peer === undefined || peer === self ? undefined : links.to(peer);
    if (!link) return undefined;
    const session = { id, received: events ? events.received ?? 0 : undefined };
    const words = openWords({ request, path: route.path, session });
    const relay = new Relaying({
      ...this.#common(asking),
      find: () => Promise.resolve({ link, words }),
      isLasting: false,
      isStale: () => false,
    });
    const answer = await relay.begin(patience.signal);
    if (!answer.isAccepted) return undefined;
    return { relay, accepted: this.#decision(relay, answer, log) };
  }

  #common({ request: { id }, route, log }: Asking) {
    const { self, roster, strict } = this.#options;
    return { id, log, roster, self, strict: route.options.away === "close" ? strict : undefined };
  }

  #decision(relay: Relaying, { isAccepted, words }: RelayAnswer, log: Log): Response | Admission {
    try {
      return isAccepted ? admissionOf(relay, words, this.#options.self, log) : responseOf(words);
    } catch (error) {
      relay.abandon();
      if (!(error instanceof RelayError)) throw error;
      throw new HandshakeError(
        502,
        `The server that serves it has said what cannot be: ${error.message}`,
      );
    }
  }
}

function admissionOf(relay: Relaying, words: unknown, self: string, log: Log): Admission {
  const { subprotocol, headers, associated } = readTerms(words);
  const { peer } = relay;
  if (peer !== self) log.access("session", `RELAY: server ${peer} serves it`);
  return {
    subprotocol,
    headers,
    associated,
    open: () => {
      throw new Error("A connection that is relayed is opened where it is served");
    },
    abandon: () => relay.abandon(),
  };
}

function responseOf(words: unknown): Response {
  const { status, reason, headers, body } = readRefusal(words);
  if (reason !== undefined) throw new HandshakeError(status, reason, Object.fromEntries(headers));
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : body ?? null, { status, headers });
}
