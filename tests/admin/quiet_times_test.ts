import { assertEquals } from "@std/assert";
import { Rounds } from "../../lib/base/rounds.ts";
import { QuietTimes } from "../../lib/admin/quiet_times.ts";
import { type Member, Roster } from "../../lib/connection/roster.ts";
import { FakeTimers } from "../base/fake_timers.ts";

Deno.test("QuietTimes.of() is the time since a connection was seen to carry something", async () => {
  using timers = new FakeTimers();
  let now = 0;
  const pass = async (ms: number) => {
    now += ms;
    await timers.pass(ms);
  };
  const roster = new Roster();
  const member = { id: "a", facts: undefined, activity: 0, end() {} } satisfies Member;
  roster.add(member);
  using quiet = new QuietTimes(roster, new Rounds(() => now));
  await pass(1_000);
  await pass(5_000);
  assertEquals(quiet.of(member), 5_000);
  member.activity++;
  // Nobody asks; it is seen all the same.
  await pass(1_000);
  await pass(2_000);
  assertEquals(quiet.of(member), 2_000);
  member.activity++;
  assertEquals([quiet.of(member), quiet.of(member)], [0, 0]);
});

Deno.test("QuietTimes keeps no timer when it is disposed", () => {
  using timers = new FakeTimers();
  new QuietTimes(new Roster())[Symbol.dispose]();
  assertEquals(timers.pending, 0);
});
