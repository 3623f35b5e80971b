import { assert, assertEquals, assertMatch } from "@std/assert";
import { Rounds } from "../../lib/base/rounds.ts";
import { type TimeOptions, watchTime } from "../../lib/connection/time_limits.ts";
import { FakeTimers } from "../base/fake_timers.ts";

/** When a connection that has messages at some times is ended, in ms, and why. */
async function endOf(
  options: TimeOptions,
  messages: readonly number[],
  { isHeld = () => false, renewal }: {
    readonly isHeld?: (now: number) => boolean;
    readonly renewal?: { readonly at: number; readonly authTime: number | undefined };
  } = {},
): Promise<string> {
  using timers = new FakeTimers();
  let now = 0;
  let end = "stays";
  const timed = {
    activity: 0,
    get isHeld() {
      return isHeld(now);
    },
    timeOver: (option: string) => end = `${option} ${now}`,
  };
  const watch = watchTime(timed, options, new Rounds(() => now));
  for (; now < 20_000 && end === "stays"; now += 5) {
    if (messages.includes(now)) timed.activity++;
    if (now === renewal?.at) watch?.renew(renewal.authTime);
    await timers.pass(5);
  }
  watch?.[Symbol.dispose]();
  assertEquals(timers.pending, 0);
  return end;
}

const EVERY_SECOND = Array.from({ length: 20 }, (_, at) => 1_000 * at);

const CASES: [
  what: string,
  options: TimeOptions,
  messages: number[],
  option: string,
  ms: number,
][] = [
  ["no message", { idleTimeout: 2_000 }, [], "idletimeout", 2_000],
  ["a last message", { idleTimeout: 2_000 }, [500, 1_900], "idletimeout", 3_900],
  ["a short time", { idleTimeout: 80 }, [50], "idletimeout", 130],
  ["a lifetime", { maxLifetime: 5_000 }, EVERY_SECOND, "maxlifetime", 5_000],
  ["both", { idleTimeout: 2_000, maxLifetime: 5_000 }, EVERY_SECOND, "maxlifetime", 5_000],
  ["a token", { authTime: 3_000, maxLifetime: 5_000 }, EVERY_SECOND, "auth", 3_000],
  ["both, and no message", { idleTimeout: 2_000, maxLifetime: 5_000 }, [], "idletimeout", 2_000],
];
for (const [what, options, messages, option, ms] of CASES) {
  Deno.test(`watchTime() ends a connection with ${what} no sooner than after ${ms} ms, and soon`, async () => {
    const [ended, at] = (await endOf(options, messages)).split(" ");
    assertEquals(ended, option);
    const latest = ms + 5 + Math.max(ms / 4, 20);
    assert(Number(at) >= ms - 5 && Number(at) <= latest, `${at}`);
  });
}

for (const options of [{}, { idleTimeout: 0, maxLifetime: 0 }, { idleTimeout: Infinity }]) {
  Deno.test(`watchTime() watches nobody where no time is limited: ${JSON.stringify(options)}`, async () => {
    assertEquals(await endOf(options, []), "stays");
  });
}

Deno.test("watchTime() ends nobody for having nothing to say who talks, or is held back", async () => {
  assertEquals(await endOf({ idleTimeout: 2_000 }, EVERY_SECOND), "stays");
  assertEquals(await endOf({ idleTimeout: 2_000 }, [], { isHeld: () => true }), "stays");
});

Deno.test("watchTime() takes another time of a token, which changes nothing else", async () => {
  const options = { authTime: 3_000, maxLifetime: 15_000 };
  const endWith = (authTime?: number) => endOf(options, [], { renewal: { at: 2_000, authTime } });
  assertMatch(await endWith(4_000), /^auth (?:6\d|7[0-4])\d\d$/);
  assertMatch(await endWith(100), /^auth (?:2[1-9]|3[0-4])\d\d$/);
  assertMatch(await endWith(), /^maxlifetime 1[56]\d{3}$/);
});
