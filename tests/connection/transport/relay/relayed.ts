import { Log } from "../../../../lib/base/log.ts";
import { Link } from "../../../../lib/connection/transport/relay/link.ts";
import type { ServedLeg } from "../../../../lib/connection/transport/relay/served_leg.ts";
import { RelayTransport } from "../../../../lib/connection/transport/relay/relay_transport.ts";
import { Relaying } from "../../../../lib/connection/transport/relay/relaying.ts";
import type { Found } from "../../../../lib/connection/transport/relay/server_search.ts";
import { Roster } from "../../../../lib/connection/roster.ts";
import type { Batch, PartAt, TransportEvents } from "../../../../lib/contract.ts";
import { FakeTransport } from "../../fake_transport.ts";

/** Two servers and what they send each other: the test says when it arrives. */
export class Wire {
  /** Frames that crossed, in order. */
  readonly frames: Uint8Array[] = [];
  readonly front: Link;
  readonly back: Link;
  /** Takes the legs that the front opens. */
  serve: (words: unknown, leg: ServedLeg) => void = () => {};
  /** Errors of either side. */
  readonly errors: string[] = [];
  isFull = false;
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.front = this.#link("back", () => this.back);
    this.back = this.#link("front", () => this.front);
  }

  #link(peer: string, other: () => Link): Link {
    const isFull = () => this.isFull;
    return new Link(peer, {
      send: (frame) => {
        this.frames.push(frame);
        this.#waiting.push(() => other().receive(frame));
      },
      get isFull() {
        return isFull();
      },
      serve: (words, leg) => this.serve(words, leg),
      broken: ({ message }) => void this.errors.push(message),
    });
  }

  /** Brings what waits, and what that causes, until nothing does. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      for (let deliver; (deliver = this.#waiting.shift());) {
        deliver();
        quiet = 0;
      }
      await Promise.resolve();
    }
  }
}

/** A client of a {@linkcode Wire}: its transport, and the one that stands for it at the other server. */
export class Relayed {
  readonly transport = new FakeTransport();
  readonly relaying: Relaying;
  relay: RelayTransport | undefined;
  left = 0;
  abandoned = 0;
  lost = 0;

  private constructor(find: () => Promise<Found>, isLasting: boolean) {
    this.relaying = new Relaying({
      id: "a",
      log: new Log(),
      roster: new Roster(),
      self: "front",
      find,
      isLasting,
      isStale: (words) => words === "stale",
      lost: (count) => void (this.lost += count),
    });
  }

  /** Opens one. */
  static async open(
    wire: Wire,
    events: TransportEvents,
    {
      asks = true,
      maxFrameSize = 0,
      isLasting = false,
      pings = false,
      parts = false,
      opens = true,
    }: {
      readonly asks?: boolean;
      readonly maxFrameSize?: number;
      readonly isLasting?: boolean;
      readonly pings?: boolean;
      readonly parts?: boolean;
      readonly opens?: boolean;
    } = {},
  ): Promise<Relayed> {
    const find = () => Promise.resolve({ link: wire.front, words: {} });
    const relayed = new Relayed(find, isLasting);
    relayed.serveBy(wire, events, asks, maxFrameSize);
    const begun = relayed.relaying.begin();
    await wire.settle();
    await begun;
    if (pings) {
      const ping = (payload: Uint8Array) =>
        payload[0] === 7 ? Promise.resolve(payload) : new Promise<undefined>(() => {});
      Object.assign(relayed.transport, { ping });
    }
    if (parts) {
      const { sent } = relayed.transport;
      const sendPart = (part: Batch, at: PartAt) => void sent.push(`${at} ${part.at(0)}`);
      Object.assign(relayed.transport, { sendPart });
    }
    const ofTransport = relayed.attach();
    if (opens) ofTransport.opened();
    await wire.settle();
    return relayed;
  }

  /** Puts its transport on it. */
  attach(): TransportEvents {
    return this.relaying.attach(this.transport, {
      left: () => this.left++,
      abandon: () => {
        this.abandoned++;
        this.relaying.abandon();
      },
    });
  }

  /** Has the next leg served by a connection. */
  serveBy(wire: Wire, events: TransportEvents, asks = true, maxFrameSize = 0): void {
    wire.serve = (_, leg) => {
      this.relay = new RelayTransport(leg, { asks, maxFrameSize });
      this.relay.listen(events);
      leg.accept({});
    };
  }

  /** Has it served again. */
  async again(wire: Wire): Promise<void> {
    const before = this.relay;
    while (this.relay === before) {
      await new Promise((resolve) => setTimeout(resolve));
      await wire.settle();
    }
    await wire.settle();
  }
}
