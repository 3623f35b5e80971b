import { HandshakeError, LaunchError } from "../../base/errors.ts";
import { MAX_FRAME_SIZE } from "../../base/limits.ts";
import { Log } from "../../base/log.ts";
import { logThrown } from "../../base/log_thrown.ts";
import { factsOf, sessionLog } from "../../base/session_log.ts";
import type { ServedLeg } from "../../connection/transport/relay/served_leg.ts";
import { RelayError } from "../../connection/transport/relay/relay_frame.ts";
import { RelayTransport } from "../../connection/transport/relay/relay_transport.ts";
import type { Admission } from "../../contract.ts";
import { admissionHeaders } from "../admission_headers.ts";
import { checkedResponse } from "../checked_response.ts";
import { discard } from "../discard.ts";
import type { Gate } from "../gate.ts";
import { makeTicket } from "../make_ticket.ts";
import { patienceOf } from "../pass_guards.ts";
import { ownerOf } from "../resumed.ts";
import type { LiveRoute } from "../route.ts";
import { readOpen, type RelayedSession, type RelayOpen, type RelayRefusal } from "./relay_words.ts";
import { runName, type Runs } from "./runs.ts";
import { TakenCounts } from "./taken_counts.ts";

/** Parts of a server that a {@linkcode Back} needs. */
export interface BackOptions {
  readonly self: string;
  readonly gate: Gate;
  readonly runs: Runs;
  /** Aborts when nothing is served for other servers any more. */
  readonly over: AbortSignal;
}

const MOST_BODY = 64 * 1024;

/** Serves clients of other servers, and what runs once for those of this one. */
export class Back {
  readonly #options: BackOptions;
  readonly #taken = new TakenCounts();

  constructor(options: BackOptions) {
    this.#options = options;
  }

  /** Serves a client whom the guards of its server have let pass. */
  serve(words: unknown, leg: ServedLeg): void {
    // Whatever is wrong with it: the server goes on.
    this.#serve(words, leg).catch((error) => {
      const isWrong = error instanceof RelayError;
      if (isWrong) {
        new Log().error("session", `Server ${leg.peer} wants what cannot be: ${error.message}`);
      } else logThrown(new Log(), "session", "The handler failed", error);
      refuse(leg, {
        status: isWrong ? 502 : 500,
        reason: isWrong ? error.message : "Its log says why",
      });
    });
  }

  async #serve(words: unknown, leg: ServedLeg): Promise<void> {
    const open = readOpen(words);
    if (open.session) this.#continue(open, open.session, leg);
    else if (open.run) await this.#run(open, open.run, leg);
    else throw new RelayError("It says nothing of what is to serve it");
  }

  #continue({ request, path }: RelayOpen, { id, received }: RelayedSession, leg: ServedLeg): void {
    const session = this.#options.gate.sessions.find(id, ownerOf(request, path));
    if (!session || this.#options.over.aborted) {
      return refuse(leg, { status: 404, reason: "The session is not known" });
    }
    const { authUntil } = request;
    session.readmitted(authUntil === undefined ? undefined : Math.max(1, authUntil - Date.now()));
    const oneWay = received === undefined
      ? undefined
      : { received, greet: (greeting: unknown) => leg.greet(greeting) };
    const { maxFrameSize = MAX_FRAME_SIZE } =
      this.#options.gate.routes.find(path, ({ accept }) => accept)?.options ?? {};
    const transport = new RelayTransport(leg, { asks: false, maxFrameSize });
    transport.listen(session.attach(transport, oneWay));
    leg.accept({ subprotocol: "", headers: [], associated: {} });
  }

  async #run(
    { request, path, returns }: RelayOpen,
    { name, fence }: NonNullable<RelayOpen["run"]>,
    leg: ServedLeg,
  ): Promise<void> {
    const { gate, runs, self, over } = this.#options;
    const held = over.aborted ? undefined : runs.held(name, fence);
    if (!held) return refuse(leg, { isStale: true, status: 503, reason: "It is not held here" });
    const route = gate.routes.find(path, ({ sole }) => sole && runName(path, sole) === name);
    if (!route?.sole) {
      const reason =
        `Server ${self} has no route "${path}" that runs the same: its configuration is another one`;
      return refuse(leg, { status: 503, reason });
    }
    const ended = runs.serve(name, route.sole);
    const { maxFrameSize = MAX_FRAME_SIZE } = route.options;
    const by = { name, fence, peer: leg.peer, id: request.id };
    const taken = returns?.isSame ? this.#taken.of(by) : undefined;
    const transport = new RelayTransport(leg, {
      asks: true,
      maxFrameSize,
      // Not before: who has not heard the terms asks once more, perhaps before the end of this is known.
      opened: () => this.#taken.forget(by),
      broke: (passed) => this.#taken.note(by, passed),
    });
    const ending = new AbortController();
    const leave = () => {
      transport.leave(over.aborted ? "The server ends" : "It is not held there any more");
    };
    held.addEventListener("abort", leave, { signal: ending.signal });
    // Those of this server are told of its end.
    if (leg.peer !== self) over.addEventListener("abort", leave, { signal: ending.signal });
    ending.signal.addEventListener("abort", ended);
    const isServed = await this.#admit(
      { request, path, returns },
      route,
      transport,
      leg,
      { taken, over: () => ending.abort() },
    );
    if (!isServed) ending.abort();
  }

  async #admit(
    { request, returns }: RelayOpen,
    route: LiveRoute,
    transport: RelayTransport,
    leg: ServedLeg,
    { taken, over }: { readonly taken: number | undefined; over(): void },
  ): Promise<boolean> {
    const { gate } = this.#options;
    const facts = { ...factsOf(request, route.path), server: leg.peer };
    const log = sessionLog(request, facts);
    route.usage.enter();
    let admission: Admission | undefined;
    try {
      const patience = patienceOf(route, () => transport.left);
      const place = gate.placeOf(log, route.meter, patience, returns);
      const accepted = await patience.wait(
        Promise.resolve(route.accept?.(request, place)),
        (late) => discard(late, log),
      );
      if (accepted instanceof Response) {
        const answer = refusalOf(accepted, patience.signal);
        const refusal = await patience.wait(answer, () => {});
        route.usage.leave();
        refuse(leg, refusal);
        return false;
      }
      admission = accepted;
      if (typeof admission?.open !== "function") {
        throw new Error("It neither accepted nor refused the request: there is no method open");
      }
      if (transport.isOver) {
        discard(admission, log);
        route.usage.leave();
        return false;
      }
      const left = () => {
        over();
        route.usage.leave();
      };
      const headers = admissionHeaders(admission.headers);
      const ticket = makeTicket(request, route, { admission, log, headersWs: [], left });
      transport.listen(gate.connect(transport, ticket));
      const { associated = {} } = admission;
      leg.accept({ subprotocol: ticket.subprotocol, headers, associated, taken });
      return true;
    } catch (error) {
      discard(admission, log);
      route.usage.leave();
      // Otherwise nobody waits for that.
      if (!transport.isOver) refuse(leg, thrown(error, log));
      return false;
    }
  }
}

function refuse(
  leg: ServedLeg,
  refusal: Partial<RelayRefusal> & Pick<RelayRefusal, "status">,
): void {
  leg.refuse({ headers: [], ...refusal });
}

/** @param over Aborts when nobody waits for it any more: the answer may never come to its end. */
async function refusalOf(answer: Response, over: AbortSignal): Promise<RelayRefusal> {
  const { status, headers: own, body } = checkedResponse(answer);
  // Those of a redirect cannot be changed.
  const headers = new Headers(own);
  // What is left of it may have another length.
  headers.delete("content-length");
  return { status, headers: [...headers], body: body ? await beginningOf(body, over) : undefined };
}

/** As much of an answer as crosses: it is a sentence to a person. */
async function beginningOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<string> {
  let text = "";
  // Leaving the loop cancels it.
  for await (const part of body.pipeThrough(new TextDecoderStream(), { signal })) {
    text += part;
    if (text.length > MOST_BODY) return text.slice(0, MOST_BODY);
  }
  return text;
}

/** The answer to the other server for an error; what tells of files and programs stays here. */
function thrown(error: unknown, log: Log): RelayRefusal {
  if (error instanceof HandshakeError) {
    const { status, message, headers } = error;
    return { status, reason: message, headers: Object.entries(headers) };
  }
  if (error instanceof LaunchError) {
    log.with({ command: error.program }).error("process", error.message);
  } else logThrown(log, "session", "The handler failed", error);
  return {
    status: 500,
    reason: "It cannot be served: the log of the server that runs it says why",
    headers: [],
  };
}
