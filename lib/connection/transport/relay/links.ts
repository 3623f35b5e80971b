import type { Log } from "../../../base/log.ts";
import type { Bus } from "../../../bus/bus.ts";
import { Link, type LinkPort } from "./link.ts";
import { KIND } from "./relay_frame.ts";
import type { ServedLeg } from "./served_leg.ts";

/** Options of {@linkcode Links}. */
export interface LinksOptions {
  readonly log: Log;
  /** A server, which may be this one, wants something served here. */
  serve(words: unknown, leg: ServedLeg): void;
}

// Servers whose names are remembered because they may come back: each start of one has another.
const MOST_UNSURE = 1_000;

// Bytes that may wait on a bus until whoever can wait does.
const FULL = 8 * 1024 * 1024;

/** The links of a server: one to each other server, and one to itself. */
export class Links implements Disposable {
  readonly #bus: Bus;
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();
  /** Servers that were said to have left, and may not know that: what they have asked for meanwhile was lost. */
  readonly #unsure = new Set<string>();
  readonly #watch: Disposable;
  #isDraining = false;
  #isDisposed = false;

  constructor(bus: Bus, options: LinksOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#watch = bus.watch({
      joined: (peer) => this.#joined(peer),
      left: (peer) => this.#left(peer),
      received: (payload, from) => this.#received(payload, from),
    });
  }

  /** The link to a server; undefined where there is no such server. */
  to(peer: string): Link | undefined {
    const link = this.#links.get(peer);
    if (link || this.#isDisposed) return link;
    const { self, peers } = this.#bus;
    if (peer !== self && !peers.has(peer)) return undefined;
    const made = new Link(peer, this.#portTo(peer));
    this.#links.set(peer, made);
    return made;
  }

  #portTo(peer: string): LinkPort {
    const [bus, { log, serve }] = [this.#bus, this.#options];
    const isHere = peer === bus.self;
    const isFull = () => !isHere && this.#isFull;
    return {
      send: (frame) => {
        if (isHere) queueMicrotask(() => this.#links.get(peer)?.receive(frame));
        else bus.send(peer, frame);
      },
      get isFull() {
        return isFull();
      },
      serve,
      broken: ({ message }) =>
        log.error("session", `Server ${peer} has sent what is no relay: ${message}`),
    };
  }

  get #isFull(): boolean {
    if (this.#bus.bufferedAmount <= FULL) return false;
    if (!this.#isDraining) {
      this.#isDraining = true;
      this.#bus.drained(FULL / 2).then(() => {
        this.#isDraining = false;
        for (const link of this.#links.values()) link.goOn();
      });
    }
    return true;
  }

  #joined(peer: string): void {
    if (this.#unsure.delete(peer)) this.to(peer)?.put(KIND.reset);
  }

  #left(peer: string): void {
    const link = this.#links.get(peer);
    this.#links.delete(peer);
    this.#remember(peer);
    link?.broke("It has left");
  }

  #remember(peer: string): void {
    this.#unsure.add(peer);
    if (this.#unsure.size <= MOST_UNSURE) return;
    for (const oldest of this.#unsure) {
      this.#unsure.delete(oldest);
      break;
    }
  }

  #received(payload: Uint8Array, from: string): void {
    this.to(from)?.receive(payload);
  }

  /** Nothing is relayed any more. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#watch[Symbol.dispose]();
    for (const link of this.#links.values()) link.broke("This server has ended");
    this.#links.clear();
  }
}
