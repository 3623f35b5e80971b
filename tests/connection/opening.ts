import { Batch } from "../../lib/base/batch.ts";
import { Log } from "../../lib/base/log.ts";
import type { Connection, Session, SlowPolicy } from "../../lib/contract.ts";
import { LiveConnection } from "../../lib/connection/live_connection.ts";
import { Roster } from "../../lib/connection/roster.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { FakeTransport } from "./fake_transport.ts";

/** What a test can say of an {@linkcode Opening}. */
export interface OpeningOptions {
  readonly id?: string;
  /** Where it meets others; default: it is alone. */
  readonly hub?: LocalHub;
  readonly slow?: SlowPolicy;
  readonly subprotocol?: string;
  readonly lingerMs?: number;
}

/** A connection whose socket is not open yet, with all that it touches. */
export class Opening {
  readonly socket = new FakeTransport();
  readonly roster = new Roster();
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
    const ticket = {
      request: fakeRequest({ id }),
      log: new Log({ id }),
      headers: [],
      subprotocol,
      slow,
      maxFrameSize: 10,
      pingMs: 0,
      lingerMs,
      open: (connection: Connection): Session => {
        this.told.push("open");
        const session = open(connection);
        return {
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
    const { roster } = this;
    this.connection = new LiveConnection(this.socket, ticket, { roster, hub });
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
