import { Log } from "../../lib/base/log.ts";
import type { Connection, Session } from "../../lib/handlers/handler.ts";
import { LiveConnection, type RawSocket } from "../../lib/socket/connection.ts";
import { Roster } from "../../lib/socket/roster.ts";
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

/** A connection whose socket is not open yet, with all that it touches. */
export class Opening {
  readonly socket = new FakeSocket();
  readonly roster = new Roster();
  readonly connection: LiveConnection;
  /** What its handler was told, in order. */
  readonly told: string[] = [];

  /**
   * @param open What the handler does, beside being remembered here.
   * @param maxFrameSize Bytes of a message.
   */
  constructor(open: (connection: Connection) => Session | void = () => {}, maxFrameSize = 100) {
    const ticket = {
      request: fakeRequest({ id: "id-1" }),
      log: new Log({ id: "id-1" }),
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
    };
    const { roster } = this;
    this.connection = new LiveConnection(this.socket, ticket, { roster, maxFrameSize });
  }
}

/** The same with an open socket. */
export function opened(...args: ConstructorParameters<typeof Opening>): Opening {
  const opening = new Opening(...args);
  opening.connection.opened();
  return opening;
}
