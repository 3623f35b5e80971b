import { assertEquals } from "@std/assert";
import { nextTurn } from "../../lib/base/next_turn.ts";
import { RedisKeys } from "../../lib/bus/redis/redis_keys.ts";
import type { RedisLink } from "../../lib/bus/redis/redis_link.ts";
import { parseRedisUrl } from "../../lib/bus/redis/redis_terms.ts";
import { packItems } from "../../lib/bus/redis/shipment.ts";
import { TopicFeed } from "../../lib/bus/redis/topic_feed.ts";
import { bytes, Heard } from "./contract/heard.ts";

const bodyOf = (text: string, count = 1) => packItems([{ count, payload: bytes(text) }]);

/** A topic of a Redis that is none: `last` and `after` answer for it, unless a test does. */
class Scene {
  readonly feed = new TopicFeed({
    topic: "room",
    self: "0".repeat(16),
    keys: new RedisKeys("stdws:"),
    terms: parseRedisUrl("redis://one"),
    count() {},
    odd: (_, what) => this.odd.push(what),
  });
  readonly odd: string[] = [];
  log = "log";
  readonly #stored: unknown[] = [];
  /** Called before Redis answers. */
  asked: (script: string) => void | Promise<void> = () => {};

  constructor() {
    const script = async (name: string, _: unknown, args: readonly string[]) => {
      const last = String(this.#stored.length);
      const log = this.log;
      if (name === "last") {
        await this.asked(name);
        return [log, last, "0", "0", []];
      }
      const stored = this.#stored.slice(Number(args[5]));
      await this.asked(name);
      return [log, last, "0", "0", stored, args[4] === log ? 1 : 0];
    };
    this.feed.up({ run: "run", script } as unknown as RedisLink);
  }

  /** Somebody says something: it is stored, and comes. */
  say(text: string): void {
    const before = this.#stored.length;
    const body = bodyOf(text);
    this.#stored.push([`${before + 1}-0`, [
      "f",
      bytes("other"),
      "p",
      bytes(`${before}`),
      "b",
      body,
    ]]);
    this.tell(`e ${this.log} ${before} ${before + 1} other`, body);
  }

  /** Something comes over the channel. */
  tell(head: string, body: Uint8Array): void {
    this.feed.take(new Uint8Array([...bytes(`${head}\n`), ...body]));
  }

  /** Somebody who has begun to listen. */
  async listen(): Promise<Heard> {
    const heard = this.soon();
    await heard.until("began");
    return heard;
  }

  soon(): Heard {
    const heard = new Heard();
    this.feed.add(heard, {});
    return heard;
  }
}

Deno.test("TopicFeed brings what was said between the answer of Redis and its beginning at once", async () => {
  const scene = new Scene();
  // Its answer and the message come in one piece.
  scene.asked = (name) => {
    if (name === "last") queueMicrotask(() => scene.say("a"));
  };
  const heard = scene.soon();
  await heard.until("a");
  assertEquals(heard.events, ["began", "a"]);
});

Deno.test("TopicFeed has a cast wait for one answer of Redis, and not until a busy topic is quiet", async () => {
  const scene = new Scene();
  const heard = await scene.listen();
  let answers = 0;
  scene.asked = () => {
    if (answers === 0) scene.tell("c other", bodyOf("cast", 0));
    if (++answers <= 10) scene.say(String(answers));
  };
  await scene.feed.read();
  assertEquals(heard.events, ["began", "cast:cast", "1"]);
  assertEquals([answers, scene.odd], [1, []]);
});

Deno.test("TopicFeed reads once more where something that comes meanwhile does not follow", async () => {
  const scene = new Scene();
  const heard = await scene.listen();
  let answers = 0;
  scene.asked = () => {
    if (++answers > 1) return;
    scene.log = "another";
    scene.tell("l another", new Uint8Array());
    scene.say("a");
  };
  await scene.feed.read();
  assertEquals(heard.events, ["began", "lost:undefined", "a"]);
  assertEquals([answers, scene.odd], [2, []]);
});

Deno.test("TopicFeed says what comes and is in no stream, and goes on", async () => {
  const scene = new Scene();
  const heard = await scene.listen();
  scene.tell("e log 5 6 other", bodyOf("made up"));
  await nextTurn();
  scene.say("a");
  await heard.until("a");
  assertEquals(heard.events, ["began", "a"]);
  assertEquals(scene.odd, ["a message came that is not in its stream"]);
});

Deno.test("TopicFeed begins for whoever comes while another log is being read", async () => {
  const scene = new Scene();
  const one = await scene.listen();
  const held = Promise.withResolvers<void>();
  scene.asked = (name) => name === "after" ? held.promise : undefined;
  const read = scene.feed.read();
  scene.log = "another";
  const two = scene.soon();
  await nextTurn();
  held.resolve();
  await read;
  await two.until("began");
  scene.say("a");
  await Promise.all([one, two].map((heard) => heard.until("a")));
  assertEquals([one.events, two.events], [["began", "lost:undefined", "a"], ["began", "a"]]);
});

Deno.test("TopicFeed begins later what Redis has refused to begin", async () => {
  const scene = new Scene();
  let refuses = true;
  scene.asked = () => {
    if (refuses) throw new Error("NOPERM it may not");
  };
  const heard = scene.soon();
  await nextTurn();
  assertEquals([heard.events, scene.odd], [[], ["NOPERM it may not"]]);
  refuses = false;
  await scene.feed.look();
  assertEquals(heard.events, ["began"]);
});
