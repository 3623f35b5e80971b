import { counted } from "../base/counted.ts";
import type { Log } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import { Seldom } from "../base/seldom.ts";
import type { Mishap } from "./room_place.ts";

const SENTENCES: Readonly<Record<Mishap, (messages: string, room: string) => string>> = {
  foreign: (_, room) => `Somebody has written to ${room} what no server does: it is ignored`,
  unsaid: (messages, room) =>
    `Other servers do not get ${messages} of ${room}: the bus has not taken them`,
  lost: (messages, room) => `${messages} of ${room} were lost between the servers`,
};

/** Counts what goes wrong between servers; the log says each kind of it once a minute. */
export class Mishaps {
  readonly #log: Log;
  readonly #meter: Pick<Meter, "strayed">;
  readonly #counts = { foreign: 0, unsaid: 0, lost: 0 };
  readonly #said = { foreign: new Seldom(), unsaid: new Seldom(), lost: new Seldom() };

  constructor(log: Log, meter: Pick<Meter, "strayed">) {
    this.#log = log;
    this.#meter = meter;
  }

  /** Messages so far; where nobody knows how many, one. */
  get counts(): Readonly<Record<Mishap, number>> {
    return { ...this.#counts };
  }

  /** @param count How many messages; undefined where nobody can know. */
  note(what: Mishap, topic: string, count: number | undefined): void {
    this.#counts[what] += count ?? 1;
    this.#meter.strayed?.(what, count ?? 1);
    this.#said[what].tell(() => {
      const messages = count === undefined ? "Messages" : counted(count, "message");
      this.#log.error("server", SENTENCES[what](messages, JSON.stringify(topic)));
    });
  }
}
