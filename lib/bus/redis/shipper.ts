import { MAX_BUS_QUEUE } from "../../base/limits.ts";
import type { Mark } from "../../base/mark.ts";
import type { PublishTerms } from "../bus.ts";
import { freshLog } from "./fresh_name.ts";
import { isLog, wholeOf } from "./heard.ts";
import { Lane, type Waiting } from "./lane.ts";
import type { RedisKeys } from "./redis_keys.ts";
import type { RedisLink } from "./redis_link.ts";
import type { Reply } from "./redis_client.d.ts";
import type { RedisTerms } from "./redis_terms.ts";
import { refusalKind } from "./refusal_kind.ts";
import { packItems } from "./shipment.ts";

// Bytes of shipments that are under way at once, unless one alone has more: whatever else is asked of Redis is not far
// behind them. And what each item costs beside its payload while it waits.
const MAX_UNDER_WAY = 1024 * 1024;
const OVERHEAD = 128;

/** Options of {@linkcode Shipper}. */
export interface ShipperOptions {
  readonly self: string;
  readonly keys: RedisKeys;
  readonly terms: RedisTerms;
  /** Less waits. */
  moved(): void;
  /** A topic does not take what is said there, or too much waits. */
  refused(topic: string, error: unknown): void;
  /** A cast was dropped, because so many bytes wait. */
  uncast(waiting: number): void;
}

/**
 * Brings to Redis what is said on topics: of each topic one shipment at a time, in which is what has come while the
 * one before was under way. So one that was not answered can be said again.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #lanes = new Map<string, Lane>();
  #link: RedisLink | undefined;
  /** Topics that wait until less is under way. */
  readonly #behind = new Set<string>();
  #bytes = 0;
  #underWay = 0;
  #turn = 0;
  /** Messages that Redis has, and those that were dropped. */
  published = 0;
  dropped = 0;
  /** Casts that were dropped because too much waited. */
  uncast = 0;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that Redis was sent, and has not answered. */
  get underWay(): number {
    return this.#underWay;
  }

  publish(
    topic: string,
    payload: Uint8Array,
    { count, keep }: PublishTerms,
  ): Promise<Mark | undefined> {
    if (this.#bytes + payload.length + OVERHEAD > MAX_BUS_QUEUE) {
      this.dropped += count;
      this.#options.refused(topic, new Error(`more than ${MAX_BUS_QUEUE} bytes wait`));
      return Promise.resolve(undefined);
    }
    const { promise, resolve } = Promise.withResolvers<Mark | undefined>();
    this.#add(topic, { payload, count, keep, since: performance.now(), resolve });
    return promise;
  }

  cast(topic: string, payload: Uint8Array): void {
    if (!this.#link) return;
    if (this.#bytes > 0 && this.#bytes + payload.length > MAX_BUS_QUEUE) {
      this.uncast++;
      return this.#options.uncast(this.#bytes);
    }
    this.#add(topic, { payload, count: 0, keep: 0, since: 0, resolve() {} });
  }

  /** Redis is there: what waits goes, what was not answered first. */
  up(link: RedisLink): void {
    this.#link = link;
    for (const [topic, lane] of this.#lanes) {
      if (lane.sent.length > 0) this.#send(topic, lane, link);
      else this.#pump(topic, lane);
    }
  }

  /** Redis is away. */
  down(): void {
    this.#link = undefined;
    this.#behind.clear();
    this.#underWay = 0;
    for (const [topic, lane] of this.#lanes) {
      this.#settle(lane.takeCasts());
      this.#tidy(topic, lane);
    }
  }

  /** Drops what has waited for too long. */
  expire(now: number): void {
    if (this.#link) return;
    for (const [topic, lane] of this.#lanes) {
      const old = lane.takeOld(now - this.#options.terms.retention);
      if (old.length === 0) continue;
      this.#settle(old);
      this.#options.refused(topic, new Error("it has waited for too long"));
      this.#tidy(topic, lane);
    }
  }

  /** Drops everything. */
  end(): void {
    this.#link = undefined;
    for (const lane of this.#lanes.values()) this.#settle(lane.takeAll());
    this.#lanes.clear();
  }

  #add(topic: string, item: Waiting): void {
    this.#bytes += item.payload.length + OVERHEAD;
    let lane = this.#lanes.get(topic);
    if (!lane) this.#lanes.set(topic, lane = new Lane());
    lane.add(item);
    if (lane.isDue || lane.sent.length > 0) return;
    lane.isDue = true;
    const due = lane;
    // What else is said in this turn goes with it.
    queueMicrotask(() => {
      due.isDue = false;
      if (this.#lanes.get(topic) === due) this.#pump(topic, due);
    });
  }

  #pump(topic: string, lane: Lane): void {
    const link = this.#link;
    while (link && lane.sent.length === 0 && lane.waits) {
      if (lane.isCast) {
        this.#cast(topic, lane.takeNext(), link);
        continue;
      }
      if (this.#underWay >= MAX_UNDER_WAY) {
        this.#behind.add(topic);
        break;
      }
      lane.sent = lane.takeNext();
      lane.turn = ++this.#turn;
      this.#send(topic, lane, link);
    }
    this.#tidy(topic, lane);
  }

  /** Goes on with a topic whose shipment was answered, after those that have waited for it. */
  #goOn(topic: string): void {
    this.#behind.add(topic);
    for (const next of this.#behind) {
      if (this.#underWay >= MAX_UNDER_WAY) return;
      this.#behind.delete(next);
      const lane = this.#lanes.get(next);
      if (lane) this.#pump(next, lane);
    }
  }

  #cast(topic: string, items: readonly Waiting[], link: RedisLink): void {
    const { self, keys } = this.#options;
    const head = new TextEncoder().encode(`c ${self}\n`);
    const body = packItems(items);
    const message = new Uint8Array(head.length + body.length);
    message.set(head);
    message.set(body, head.length);
    this.#settle(items);
    link.command("PUBLISH", keys.channel(topic), message).catch((error) => {
      this.#failed(topic, link, error);
    });
  }

  async #send(topic: string, lane: Lane, link: RedisLink): Promise<void> {
    const { self, keys, terms } = this.#options;
    const items = lane.sent;
    const count = items.reduce((sum, item) => sum + item.count, 0);
    const keep = items.reduce((most, item) => Math.max(most, item.keep), terms.maxlen);
    const body = packItems(items);
    let place: Mark | undefined;
    this.#underWay += body.length;
    try {
      const reply = await link.script(
        "publish",
        [...keys.topic(topic), keys.sender(topic, self)],
        [
          ...[link.run, freshLog(), self, String(lane.turn), String(count)],
          ...[terms.retention, keep, terms.maxbytes].map(String),
          ...[keys.channel(topic), body],
        ],
      );
      if (Array.isArray(reply) && Number(reply[3]) > lane.turn) {
        // A stranger has written there that it was said.
        await link.command("DEL", keys.sender(topic, self));
        if (link === this.#link && lane.sent === items) void this.#send(topic, lane, link);
        return;
      }
      place = placeOf(reply);
      if (!place) this.#options.refused(topic, new Error("Redis has answered something else"));
    } catch (error) {
      // It is said again by the next link.
      if (this.#failed(topic, link, error) || link !== this.#link) return;
    } finally {
      if (link === this.#link) this.#underWay -= body.length;
    }
    if (lane.sent === items) {
      lane.sent = [];
      this.#settle(items, place);
    }
    this.#goOn(topic);
  }

  /** Whether all has failed, and not only this. */
  #failed(topic: string, link: RedisLink, error: unknown): boolean {
    const kind = refusalKind(error);
    if (kind === "refused") this.#options.refused(topic, error);
    else link.fail(String((error as Error).message));
    return kind !== "refused";
  }

  #settle(items: readonly Waiting[], place?: Mark): void {
    let number = place?.number ?? 0;
    for (const { payload, count, resolve } of items) {
      this.#bytes -= payload.length + OVERHEAD;
      if (place) this.published += count;
      else this.dropped += count;
      resolve(place && { log: place.log, number });
      number += count;
    }
    this.#options.moved();
  }

  #tidy(topic: string, lane: Lane): void {
    if (lane.isEmpty && !lane.isDue) this.#lanes.delete(topic);
  }
}

function placeOf(reply: Reply): Mark | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [log, number] = [String(reply[0]), wholeOf(String(reply[1]))];
  return isLog(log) && number > 0 ? { log, number } : undefined;
}
