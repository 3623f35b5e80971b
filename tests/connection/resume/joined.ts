import { Batch, type Message } from "../../../lib/base/batch.ts";
import { Log } from "../../../lib/base/log.ts";
import type { Transport, TransportEvents } from "../../../lib/contract.ts";
import type { Control, Greeting } from "../../../lib/connection/resume/control.ts";
import type { OneWay } from "../../../lib/connection/resume/link.ts";
import type { ResumableOptions } from "../../../lib/connection/resume/resumable_options.ts";
import type { ResumableTransport } from "../../../lib/connection/resume/resumable_transport.ts";
import { Sessions } from "../../../lib/connection/resume/sessions.ts";
import { FakeTransport } from "../fake_transport.ts";

/** One transport of a session: the test plays the client, and the engine. */
export class Line {
  readonly transport = new FakeTransport();
  readonly events: TransportEvents;

  constructor(session: ResumableTransport, oneWay?: OneWay) {
    this.events = session.attach(this.transport, oneWay);
  }

  /** Texts that it was sent so far, and has not been asked for; control messages as they are. */
  take(): Message[] {
    return this.transport.sent.splice(0);
  }

  /** The first message that it was sent. */
  greeting(): Partial<Greeting> {
    const { session: _, for: __, bytes: ___, ...rest } = JSON.parse(
      String(this.transport.sent.shift()).slice(1),
    );
    return rest;
  }

  /** Its client sends a message. */
  say(data: Message): void {
    this.events.received(Batch.of(data));
  }

  /** Its client sends a control message. */
  tell(fields: Control | Record<string, unknown>): void {
    this.say(`\x10${JSON.stringify(fields)}`);
  }
}

/** A session with its first line, and what its connection was told, in order. */
export class Joined {
  readonly sessions: Sessions;
  readonly session: ResumableTransport;
  readonly line: Line;
  readonly told: string[] = [];
  /** What the connection does at an event. */
  does: (event: string) => void = () => {};

  constructor(options: Partial<ResumableOptions> = {}, sessions = new Sessions()) {
    this.sessions = sessions;
    this.session = sessions.begin(
      { ms: 60_000, bytes: 16_384, owner: "me", subprotocol: "chat", log: new Log(), ...options },
      false,
      (transport) => this.#connection(transport),
    );
    this.line = new Line(this.session);
    this.line.events.opened();
  }

  /** Sends texts. */
  send(...texts: string[]): void {
    for (const text of texts) this.session.send(Batch.of(text));
  }

  /** The client comes back, and says what it has. */
  back(received: number): Line {
    const line = new Line(this.session);
    line.events.opened();
    line.tell({ received });
    return line;
  }

  /** Everything that the connection was told since it was asked last. */
  take(): string[] {
    return this.told.splice(0);
  }

  #connection(transport: Transport): TransportEvents {
    const tell = (event: string) => {
      this.told.push(event);
      this.does(event);
    };
    return {
      opened: () => tell("opened"),
      received: (batch) => batch.messages.forEach((message) => tell(String(message))),
      tooLarge: () => tell("too large"),
      failed: (message, code) => tell(`failed ${message} ${code ?? ""}`.trimEnd()),
      closing: (code, reason) => tell(`closing ${code} ${reason}`.trimEnd()),
      lost: (bytes) => tell(`lost ${bytes}`),
      end: (code, reason) => {
        tell(`end ${code} ${reason}`.trimEnd());
        transport.close(code, reason);
      },
      closed: (code, reason) => tell(`closed ${code} ${reason}`.trimEnd()),
    };
  }
}
