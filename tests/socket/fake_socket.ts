import { Log } from "../../lib/base/log.ts";
import type { Connection, Session } from "../../lib/handlers/handler.ts";
import type { Recipient } from "../../lib/handlers/recipient.ts";
import { Rooms } from "../../lib/handlers/rooms.ts";
import { LiveConnection, type RawSocket } from "../../lib/socket/connection.ts";
import { Roster } from "../../lib/socket/roster.ts";
import { Usage } from "../../lib/socket/usage.ts";
import { fakeRequest } from "../base/fake_request.ts";

/** A socket that remembers what is done with it; the test plays the engine. */
export class FakeSocket implements RawSocket {
  bufferedAmount = 0;
  readonly headerBytes = 0;
  readonly overhead = 1024;
  isBehind = false;
  readonly sent: (string | Uint8Array)[] = [];
  /** `CODE REASON` of each close. */
  readonly closed: string[] = [];

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(code: number, reason: string): void {
    // As WebSockets do that check it: RFC 6455 §7.4.
    const sendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
      (code >= 3000 && code <= 4999);
    if (!sendable) throw new RangeError(`Invalid status code: ${code}`);
    this.closed.push(`${code} ${reason}`.trimEnd());
  }
}

/** What a test can say of an {@linkcode Opening}. */
export interface OpeningOptions {
  /** Bytes of a message. */
  readonly maxFrameSize?: number;
  readonly id?: string;
  /** Where it meets others; default: it is alone. */
  readonly rooms?: Rooms<Recipient>;
  readonly subprotocol?: string;
}

/** A connection whose socket is not open yet, with all that it touches. */
export class Opening {
  readonly socket = new FakeSocket();
  readonly roster = new Roster();
  readonly rooms = new Rooms<Recipient>();
  /** Of its handler. */
  readonly usage = new Usage({ open() {} });
  readonly connection: LiveConnection;
  /** What its handler was told, in order. */
  readonly told: string[] = [];
  /** How often it was disposed, as one that is replaced is by its last connection. */
  disposed = 0;

  /** @param open What the handler does, beside being remembered here. */
  constructor(
    open: (connection: Connection) => Session | void = () => {},
    options: OpeningOptions = {},
  ) {
    const { maxFrameSize = 100, id = "id-1", rooms = new Rooms(), subprotocol = "" } = options;
    const usage = new Usage({
      open() {},
      [Symbol.asyncDispose]: () => {
        this.disposed++;
        return Promise.resolve();
      },
    });
    usage.enter();
    usage.retire();
    const ticket = {
      request: fakeRequest({ id }),
      log: new Log({ id }),
      headers: [],
      subprotocol,
      maxFrameSize,
      pingMs: 0,
      usage,
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
        this.usage.leave();
        this.told.push("abandon");
      },
    };
    const { roster } = this;
    this.connection = new LiveConnection(this.socket, ticket, { roster, rooms });
  }
}

/** The same with an open socket. */
export function opened(...args: ConstructorParameters<typeof Opening>): Opening {
  const opening = new Opening(...args);
  opening.connection.opened();
  return opening;
}
