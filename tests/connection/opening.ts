import { Batch } from "../../lib/base/batch.ts";
import { FloodLog } from "../../lib/base/flood_log.ts";
import { Log } from "../../lib/base/log.ts";
import { NO_METER, type RouteMeter } from "../../lib/base/meter.ts";
import { Rounds } from "../../lib/base/rounds.ts";
import type { Connection, Hub, Session, SlowPolicy } from "../../lib/contract.ts";
import { LiveConnection } from "../../lib/connection/live_connection.ts";
import { Roster } from "../../lib/connection/roster.ts";
import type { Ticket } from "../../lib/connection/ticket.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { FakeTransport } from "./fake_transport.ts";

/** What a test can say of an {@linkcode Opening}. */
export interface OpeningOptions {
  readonly id?: string;
  /** Where it meets others; default: it is alone. */
  readonly hub?: Hub;
  readonly slow?: SlowPolicy;
  readonly away?: Ticket["away"];
  readonly subprotocol?: string;
  readonly lingerMs?: number;
  /** How fast the client may send, and how long it may stay; default: any. */
  readonly limits?: Ticket["limits"];
  /** Default: those of a real clock. */
  readonly rounds?: Rounds;
  readonly socket?: FakeTransport;
  /** Counts it; default: nobody does. */
  readonly meter?: RouteMeter;
}

/** A connection whose socket is not open yet, with all that it touches. */
export class Opening {
  readonly socket: FakeTransport;
  readonly roster = new Roster();
  readonly floodLog = new FloodLog();
  readonly connection: LiveConnection;
  /** What its handler was told, in order. */
  readonly told: string[] = [];
  /** How often its handler was told that it is over. */
  left = 0;

  /** @param open What the handler does, beside being remembered here. */
  constructor(
    open: (connection: Connection) => Session | void = () => {},
    options: OpeningOptions = {},
  ) {
    const { id = "id-1", hub = new LocalHub(), subprotocol = "", slow = "close", lingerMs = 0 } =
      options;
    const { limits = {}, rounds = new Rounds() } = options;
    this.socket = options.socket ?? new FakeTransport();
    const ticket = {
      request: fakeRequest({ id }),
      log: new Log({ id }),
      route: { path: "*" },
      meter: options.meter ?? NO_METER.at("*"),
      headers: [],
      compression: undefined,
      subprotocol,
      slow,
      away: options.away ?? "local",
      maxFrameSize: 10,
      pingMs: 0,
      lingerMs,
      limits,
      open: (connection: Connection): Session => {
        this.told.push("open");
        const session = open(connection);
        return {
          ...session?.ending && { ending: session.ending },
          ...session?.closing && { closing: (code, reason) => session.closing?.(code, reason) },
          message: (data) => {
            this.told.push(`message ${data}`);
            session?.message?.(data);
          },
          close: (code, reason) => {
            this.told.push(`close ${code} ${reason}`.trimEnd());
            session?.close?.(code, reason);
          },
        };
      },
      abandon: () => {
        this.told.push("abandon");
      },
      left: () => {
        this.left++;
      },
    };
    const { roster, floodLog } = this;
    this.connection = new LiveConnection(this.socket, ticket, { roster, hub, rounds, floodLog });
  }

  /** A message comes. */
  receive(data: string | Uint8Array): void {
    this.connection.received(Batch.of(data));
  }
}

/** The same with an open socket. */
export function opened(...args: ConstructorParameters<typeof Opening>): Opening {
  const opening = new Opening(...args);
  opening.connection.opened();
  return opening;
}
