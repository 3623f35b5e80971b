import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ATTEMPTS } from "../../lib/base/backoff.ts";
import { Log } from "../../lib/base/log.ts";
import { UsageError } from "../../lib/base/errors.ts";
import { plainWords } from "../../lib/handlers/plain_words.ts";
import { OneForAll, type OneForAllOptions } from "../../lib/handlers/shared/one_for_all.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";
import { fakePlace } from "../support/fake_place.ts";
import { FakeLife } from "./fake_life.ts";

/** One of processes that are none. */
class Scene {
  readonly lives: FakeLife[] = [];
  readonly one: OneForAll;

  constructor(options: Partial<OneForAllOptions> = {}) {
    this.one = new OneForAll({
      program: "/bin/cat",
      key: ["shared", "cat"],
      isAhead: false,
      launch: () => {
        this.lives.push(new FakeLife(this.lives.length + 1));
        return this.lives.at(-1) as FakeLife;
      },
      stopped() {},
      linger: 0,
      restart: "never",
      log: new Log(),
      ...options,
    });
  }

  get told(): string[] {
    return this.lives.map(({ told }) => told);
  }
}

Deno.test("OneForAll starts with its first client, and tells the log of it which process that is", async () => {
  const { one, lives } = new Scene();
  one.start(fakePlace());
  assertEquals(lives.length, 0);
  const { associated } = await one.enter(fakePlace());
  assertEquals(associated, { command: "/bin/cat", pid: "1" });
  one.begin();
  one.leave();
  assertEquals(lives.map(({ told }) => told), ["end"]);
  await lives[0]?.vanish();
});

Deno.test("OneForAll counts a client that does not come after all no more", async () => {
  const scene = new Scene();
  const { abandon } = await scene.one.enter(fakePlace());
  abandon();
  assertEquals(scene.told, ["end"]);
  await scene.lives[0]?.vanish();
});

for (
  const [isAhead, isJoined, runs] of [[true, false, 1], [true, true, 0], [false, false, 0]] as const
) {
  const where = isJoined ? "one of several servers" : "a server alone";
  Deno.test(`OneForAll runs ${runs} before anybody at ${where} with isAhead=${isAhead}`, async () => {
    const scene = new Scene({ isAhead });
    await scene.one.start(fakePlace({ isJoined }));
    assertEquals(scene.told, Array(runs).fill("begin"));
    const over = scene.one[Symbol.asyncDispose]();
    await scene.lives[0]?.vanish();
    await over;
  });
}

Deno.test("OneForAll runs where it is held, says when nobody wants it any more, and ends where it is revoked", async () => {
  const scene = new Scene({ isAhead: true });
  const { one } = scene;
  const { sole } = one;
  assertEquals(sole.key, '["shared","cat"]');
  one.start(fakePlace({ isJoined: true }));
  let idle = 0;
  sole.hold(() => idle++);
  assertEquals(scene.told, ["begin"]);
  await one.enter(fakePlace({ isJoined: true }));
  one.leave();
  await scene.lives[0]?.vanish();
  assertEquals([idle, one.isReady()], [1, true]);

  sole.hold(() => idle++);
  const revoked = sole.revoke();
  await scene.lives[1]?.vanish();
  await revoked;
  assertEquals([idle, scene.told], [1, ["end", "end"]]);
});

Deno.test("OneForAll that cannot start where it is held says why, and tries again later each time", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog();
  let launches = 0;
  const { one } = new Scene({
    isAhead: true,
    launch() {
      launches++;
      throw new Error("no such program");
    },
  });
  one.start(fakePlace({ isJoined: true }));
  one.sole.hold(() => {});
  assertEquals(launches, 1);
  assertMatch(
    log.messages.join("\n"),
    /^ERROR process: no such program: it is started again in \d+ ms$/,
  );
  await timers.pass(3_600_000);
  assertEquals(launches, 1 + ATTEMPTS);
  assertMatch(log.messages.at(-1) ?? "", /it is not started again after \d+ times in a row$/);
  await one[Symbol.asyncDispose]();
});

/** One that runs ahead, is ended where it was held, and is held again before it is gone. */
async function heldAgain(options: Partial<OneForAllOptions> = {}) {
  const scene = new Scene({ isAhead: true, ...options });
  const { one } = scene;
  one.start(fakePlace({ isJoined: true }));
  one.sole.hold(() => {});
  const revoked = one.sole.revoke();
  let idle = 0;
  one.sole.hold(() => idle++);
  await settle();
  return { scene, revoked, idle: () => idle };
}

Deno.test("OneForAll that is held again before its process is gone is not idle, and runs behind it", async () => {
  const { scene, revoked, idle } = await heldAgain();
  assertEquals(scene.told, ["end"]);
  await scene.lives[0]?.vanish();
  await revoked;
  assertEquals([scene.told, idle()], [["end", "begin"], 0]);
  const over = scene.one[Symbol.asyncDispose]();
  await scene.lives[1]?.vanish();
  await over;
});

Deno.test("OneForAll that is held again, and no more before its process is gone, does not run", async () => {
  const { scene, revoked } = await heldAgain();
  const again = scene.one.sole.revoke();
  await scene.lives[0]?.vanish();
  await Promise.all([revoked, again]);
  await settle();
  assertEquals(scene.told, ["end"]);
});

Deno.test("OneForAll that is held again and cannot start then says why, and tries again later", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog();
  const lives: FakeLife[] = [];
  let fails = false;
  const { scene } = await heldAgain({
    launch() {
      if (fails) throw new Error("no such program");
      lives.push(new FakeLife(lives.length + 1));
      return lives.at(-1) as FakeLife;
    },
  });
  fails = true;
  await lives[0]?.vanish();
  assertMatch(log.messages.join("\n"), /^ERROR process: no such program: it is started again in/);
  fails = false;
  await timers.pass(60_000);
  assertEquals(lives.map(({ told }) => told), ["end", "begin"]);
  const over = scene.one[Symbol.asyncDispose]();
  await lives[1]?.vanish();
  await over;
});

for (const words of [["{name}"], ["cat", "a{name:[0-9]+}b"]]) {
  Deno.test(`plainWords() refuses the placeholder of ${words.join(" ")}`, () => {
    assertThrows(
      () => plainWords(words, "a terminal with shared=true"),
      UsageError,
      'Invalid placeholder "{name}" in a terminal with shared=true: its one process serves',
    );
  });
}
