import { assertEquals } from "@std/assert";
import { Pings } from "../../../lib/connection/transport/pings.ts";
import { FakeTimers } from "../../base/fake_timers.ts";

/** A client of which a test says what it does, and what happens to it. */
class FakePinged {
  isPaused = false;
  bufferedAmount = 0;
  writes = 0;
  readonly told: string[] = [];
  readonly pings = new Pings(this, { pingMs: 1_000, pausedPingMs: 300 });

  sendPing(): void {
    this.told.push("ping");
  }

  foundSilent(): void {
    this.told.push("silent");
    this.pings[Symbol.dispose]();
  }
}

const STAY = Array(10).fill("ping");
/** What a client does in each second, and what happens to it in ten of them. */
const CLIENTS: [what: string, act: (pinged: FakePinged) => void, told: string[]][] = [
  ["says nothing", () => {}, ["ping", "silent"]],
  ["says something", ({ pings }) => pings.heard(), STAY],
  ["takes what waits, and answers nothing", (pinged) => {
    pinged.bufferedAmount = 1_000;
    pinged.writes++;
  }, STAY],
  ["takes nothing of what waits", (pinged) => {
    pinged.bufferedAmount = 1_000;
  }, ["ping", "silent"]],
  // That is the pings themselves.
  ["is written to while nothing waits", (pinged) => {
    pinged.writes++;
  }, ["ping", "silent"]],
  ["is held back", (pinged) => {
    pinged.isPaused = true;
  }, STAY],
];
for (const [what, act, told] of CLIENTS) {
  Deno.test(`Pings ${told === STAY ? "keep" : "find"} a client that ${what}`, async () => {
    using timers = new FakeTimers();
    const pinged = new FakePinged();
    using pings = pinged.pings;
    pings.begin();
    for (let second = 0; second < 10; second++) {
      act(pinged);
      await timers.pass(1_000);
    }
    assertEquals(pinged.told, told);
    assertEquals(timers.pending, told === STAY ? 1 : 0);
  });
}

Deno.test("Pings go to a client more often while it is held back, and no more when it is not", async () => {
  using timers = new FakeTimers();
  const pinged = new FakePinged();
  using pings = pinged.pings;
  pinged.isPaused = true;
  pings.paused();
  pings.paused();
  await timers.pass(900);
  assertEquals(pinged.told, ["ping", "ping", "ping"]);
  pinged.isPaused = false;
  await timers.pass(900);
  assertEquals([pinged.told.length, timers.pending], [3, 0]);
});
