import { Latest } from "../../base/latest.ts";
import { Log } from "../../base/log.ts";
import type { Channel } from "../bus.ts";
import { Claims } from "./claims.ts";
import { Member, type MemberPlace } from "./member.ts";
import { Taken } from "./taken.ts";
import { Topics, type TopicsOptions } from "./topics.ts";

/** Bytes that may wait for a server that does not read, before it misses what is said. */
const MAX_QUEUE = 64 * 1024 * 1024;

/** Servers that are gone, of which it is remembered what was taken, as they may come again. */
const MAX_GONE = 64;

/** Claims that one server may have, and know of, at once: as processes of shared programs that all may run. */
const MAX_CLAIMS = 65_536;

/** Options of {@linkcode LocalEngine}. */
export interface LocalEngineOptions extends TopicsOptions {
  /** Default: one that says nothing. */
  readonly log?: Log;
  /** Bytes that may wait for a server that does not read, before it misses what is said; default 64 MiB. */
  readonly maxQueue?: number;
  /** Claims that one server may have, and know of, at once; default 65,536. */
  readonly maxClaims?: number;
}

/**
 * The engine of the local bus: it stands between the servers of one machine, and is told everything by channels.
 *
 * It gives all messages of a topic their numbers, and keeps the last of them. No server holds back another: one that
 * does not read catches up later, or is told what it has missed.
 */
export class LocalEngine {
  readonly #members = new Map<string, Member>();
  /** Servers that are gone, those that went last. */
  readonly #gone = new Latest<string, Taken>(MAX_GONE);
  readonly #place: MemberPlace;
  #missed = 0;

  constructor(options: LocalEngineOptions = {}) {
    const { log = new Log(), maxQueue = MAX_QUEUE, maxClaims = MAX_CLAIMS, ...bounds } = options;
    this.#place = {
      topics: new Topics(bounds),
      claims: new Claims(maxClaims),
      log,
      maxQueue,
      entered: (member) => this.#enter(member),
      find: (name) => this.#members.get(name),
      missed: (count) => this.#missed += count,
    };
  }

  /** Counts of what it holds now, and of what servers have missed since the start because they did not read. */
  get figures(): EngineFigures {
    const { size, bytes } = this.#place.topics;
    return { servers: this.#members.size, topics: size, bytes, missed: this.#missed };
  }

  /**
   * Takes a server, until its channel is closed. What it cannot read of it is logged, and closes the channel.
   *
   * @param label How a person knows the server: `worker 2`.
   */
  join(channel: Channel, label: string): void {
    const member = new Member(channel, label, this.#place);
    channel.listen((frame) => member.take(frame));
    channel.closed.then(() => this.#leave(member));
  }

  #enter(member: Member): Taken {
    const { name } = member;
    // It has come again before it was seen to be gone.
    const before = this.#members.get(name);
    if (before) {
      this.#leave(before);
      before.close();
    }
    const taken = this.#gone.get(name) ?? new Taken();
    this.#gone.delete(name);
    for (const other of this.#members.values()) {
      other.joined(name);
      member.joined(other.name);
    }
    this.#members.set(name, member);
    return taken;
  }

  #leave(member: Member): void {
    const { name, taken } = member;
    member.leave();
    if (this.#members.get(name) !== member) return;
    this.#members.delete(name);
    for (const other of this.#members.values()) other.left(name);
    if (taken) this.#gone.note(name, taken);
  }
}

/** Counts of a {@linkcode LocalEngine}. */
export interface EngineFigures {
  /** Servers that are there. */
  readonly servers: number;
  /** Topics that are there. */
  readonly topics: number;
  /** Bytes of memory of what they keep. */
  readonly bytes: number;
  /** Messages, casts and sends that servers have missed since the start, because they did not read. */
  readonly missed: number;
}
