import { Log } from "../../base/log.ts";
import type { Bus } from "../../bus/bus.ts";
import { Links } from "../../connection/transport/relay/links.ts";
import type { Roster } from "../../connection/roster.ts";
import type { Sole } from "../../contract.ts";
import type { Gate } from "../gate.ts";
import type { LiveRoute } from "../route.ts";
import { Back } from "./back.ts";
import { Front } from "./front.ts";
import { runName, Runs } from "./runs.ts";
import { StrictOnes } from "./strict_ones.ts";

/**
 * The part of a server that makes several of them one: what runs once among all is run by the server that holds it, and
 * a session is found from every server. The transports of clients are relayed there.
 */
export class RelayGate implements Disposable {
  /** Has clients of this server served by those that have to. */
  readonly front: Front;
  readonly #links: Links;
  readonly #runs: Runs;
  readonly #strict: StrictOnes;
  readonly #over = new AbortController();
  readonly #bus: Bus;

  constructor(bus: Bus, { gate, roster }: { readonly gate: Gate; readonly roster: Roster }) {
    const { self } = bus;
    this.#bus = bus;
    const log = new Log();
    this.#strict = new StrictOnes(bus);
    const runs = this.#runs = new Runs(bus, log);
    const back = new Back({ self, gate, runs, over: this.#over.signal });
    const links = this.#links = new Links(bus, {
      log,
      serve: (words, leg) => back.serve(words, leg),
    });
    this.front = new Front({ self, links, runs, roster, strict: this.#strict });
  }

  /** Sees to it that what these routes run before anybody comes runs somewhere. */
  keepAhead(routes: Iterable<LiveRoute>): void {
    const wanted = new Map<string, Sole>();
    for (const { path, sole } of routes) if (sole?.isAhead) wanted.set(runName(path, sole), sole);
    this.#runs.keepAhead(wanted);
  }

  /** Has other servers run what this one does, where there are some. */
  async drain(): Promise<void> {
    if (this.#bus.peers.size > 0) await this.#runs.handOver(false);
  }

  /** Serves clients of other servers no more: they are served elsewhere, and do not notice. */
  leave(): void {
    this.#over.abort();
  }

  /** Runs nothing any more. */
  async close(): Promise<void> {
    await this.#runs.handOver(true);
  }

  [Symbol.dispose](): void {
    this.#strict[Symbol.dispose]();
    this.#links[Symbol.dispose]();
  }
}
