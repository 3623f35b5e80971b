import { assertEquals } from "@std/assert";
import { type Member, Roster } from "../../lib/connection/roster.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";

/** A member that remembers how it was ended, and leaves then or later. */
class FakeMember implements Member {
  readonly id = "id";
  readonly facts = undefined;
  readonly activity = 0;
  readonly ended: string[] = [];
  readonly #roster: Roster;
  readonly #leaves: boolean;

  constructor(roster: Roster, leaves: boolean) {
    this.#roster = roster;
    this.#leaves = leaves;
    roster.add(this);
  }

  end(code: number, reason: string): void {
    this.ended.push(`${code} ${reason}`);
    if (this.#leaves) this.#roster.delete(this);
  }
}

Deno.test("Roster counts who is there", () => {
  const roster = new Roster();
  const [first, second] = [new FakeMember(roster, true), new FakeMember(roster, true)];
  assertEquals(roster.size, 2);
  roster.add(first);
  assertEquals(roster.size, 2);
  roster.delete(first);
  roster.delete(first);
  assertEquals(roster.size, 1);
  roster.delete(second);
  assertEquals(roster.size, 0);
});

Deno.test("Roster.close() resolves at once when nobody is there", async () => {
  using timers = new FakeTimers();
  await new Roster().close(1001, "Server shutting down", 1000);
  const roster = new Roster();
  roster.delete(new FakeMember(roster, true));
  await roster.close(1001, "Server shutting down", 1000);
  assertEquals(timers.pending, 0);
});

Deno.test("Roster.close() ends everybody once, also those who leave at once", async () => {
  using timers = new FakeTimers();
  const roster = new Roster();
  const members = [true, true, true].map((leaves) => new FakeMember(roster, leaves));
  await roster.close(1001, "Server shutting down", 1000);
  assertEquals(
    members.map((member) => member.ended),
    members.map(() => ["1001 Server shutting down"]),
  );
  assertEquals([roster.size, timers.pending], [0, 0]);
});

Deno.test("Roster.close() waits for the last one", async () => {
  using timers = new FakeTimers();
  const roster = new Roster();
  const members = [true, false, false].map((leaves) => new FakeMember(roster, leaves));
  let closed = false;
  const closing = roster.close(1001, "", 1000).then(() => closed = true);
  await timers.pass(900);
  for (const member of members) {
    assertEquals(closed, false);
    roster.delete(member);
    await settle();
  }
  assertEquals(closed, true);
  await closing;
  assertEquals(timers.pending, 0);
});

Deno.test("Roster.close() waits no longer than its deadline", async () => {
  using timers = new FakeTimers();
  const roster = new Roster();
  new FakeMember(roster, false);
  let closed = false;
  const closing = roster.close(1001, "", 1000).then(() => closed = true);
  await timers.pass(999);
  assertEquals(closed, false);
  await timers.pass(1);
  await closing;
  assertEquals([closed, roster.size], [true, 1]);
});

Deno.test("Roster.close() ends also who comes after it", async () => {
  const roster = new Roster();
  await roster.close(1001, "bye", 0);
  const late = new FakeMember(roster, true);
  await settle();
  assertEquals([late.ended, roster.size], [["1001 bye"], 0]);
});
