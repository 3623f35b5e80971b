import { assert, assertEquals, assertRejects } from "@std/assert";
import { LimitError } from "../../../lib/base/errors.ts";
import { FailureCounts } from "../../../lib/gate/auth/failure_counts.ts";
import { Failures, type Turn } from "../../../lib/gate/auth/failures.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { NotingMeter } from "../../base/noting_meter.ts";
import { fakePlace } from "../../support/fake_place.ts";

/** Failures on a clock that stands still, and a place of clients. */
function stage() {
  const meter = new NotingMeter();
  const place = fakePlace({ meter: meter.at("/a") });
  const clock = { now: 0 };
  const failures = new Failures(new FailureCounts(() => clock.now));
  return { clock, failures, place, noted: meter.noted };
}

function from(address: string) {
  return fakeRequest({ remote: { address, host: address, port: "1" } });
}

/** How many failures in a row are nothing but that. */
async function countOf(add: () => Promise<void>): Promise<number> {
  for (let count = 0;; count++) {
    try {
      await add();
    } catch {
      return count;
    }
  }
}

Deno.test("Failures counts ten of an address, and then one in two seconds", async () => {
  const { clock, failures, place, noted } = stage();
  const add = () => failures.add(from("192.0.2.1"), place);
  assertEquals(await countOf(add), 10);
  const error = await assertRejects(add, LimitError);
  assertEquals([error.status, error.headers["Retry-After"], error.limit], [429, "2", "auth"]);
  assertEquals(noted, ["/a: limited auth", "/a: limited auth"]);
  clock.now = 4_000;
  assertEquals(await countOf(add), 2);
  clock.now = 100_000;
  assertEquals(await countOf(add), 10);
});

const ADDRESSES: [one: string, other: string, same: boolean][] = [
  ["192.0.2.1", "192.0.2.2", false],
  ["2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["::1", "::2", true],
];
for (const [one, other, same] of ADDRESSES) {
  Deno.test(`Failures counts those of ${one} and ${other} ${same ? "together" : "apart"}`, async () => {
    const { failures, place } = stage();
    await countOf(() => failures.add(from(one), place));
    assertEquals(await countOf(() => failures.add(from(other), place)), same ? 0 : 10);
  });
}

Deno.test("Failures counts none on a Unix socket, where clients are not told apart", async () => {
  const { failures, place } = stage();
  for (let count = 0; count < 100; count++) await failures.add(from("unix-socket"), place);
  assertEquals(await failures.turn(from("unix-socket"), place), undefined);
});

Deno.test("Failures lets passwords of an address that has failed take turns", async () => {
  using timers = new FakeTimers();
  const { clock, failures, place } = stage();
  const pass = async (ms: number) => {
    clock.now += ms;
    await timers.pass(ms);
  };
  const client = from("192.0.2.1");
  await countOf(() => failures.add(client, place));
  const came: string[] = [];
  const wait = async (name: string) => {
    const turn = await failures.turn(client, place);
    came.push(name);
    return turn;
  };
  const turns = ["first", "second"].map(wait);
  const error = await assertRejects(() => failures.turn(client, place), LimitError);
  assertEquals([error.status, error.headers["Retry-After"]], [429, "6"]);
  // Others do not wait.
  (await failures.turn(from("192.0.2.2"), place))?.right();
  await pass(1_999);
  assertEquals(came, []);
  await pass(1);
  assertEquals(came, ["first"]);
  // One that was right has taken nobody's turn.
  (await turns[0])?.right();
  await timers.pass(0);
  assertEquals(came, ["first", "second"]);
  await assertRejects(() => failures.add(client, place), LimitError);
  const second = await turns[1];
  assert(second);
  await assertRejects(() => second.wrong(), LimitError);
  const third = wait("third");
  await pass(2_000);
  await third;
  assertEquals(came, ["first", "second", "third"]);
});

Deno.test("Failures looks at no more passwords at once than may be wrong", async () => {
  using timers = new FakeTimers();
  const { failures, place } = stage();
  const client = from("192.0.2.1");
  const came: Turn[] = [];
  const refused: LimitError[] = [];
  const enter = () =>
    failures.turn(client, place).then((turn) => turn && came.push(turn), (error) => {
      refused.push(error);
    });
  for (let count = 0; count < 100; count++) enter();
  await timers.pass(0);
  assertEquals(came.length, 10);
  // Each that is right makes room for another one,
  for (const turn of came.splice(0, 5)) turn.right();
  await timers.pass(0);
  assertEquals([came.length, refused.length], [10, 0]);
  // and none that is wrong does.
  for (const turn of came.splice(0, 5)) await turn.wrong();
  for (const turn of came.splice(0)) await assertRejects(() => turn.wrong(), LimitError);
  await timers.pass(0);
  assertEquals([came.length, refused.length, timers.pending], [0, 83, 1]);
});

Deno.test("Failures lets a client that leaves wait no longer", async () => {
  const { failures, place } = stage();
  const client = from("192.0.2.1");
  await countOf(() => failures.add(client, place));
  const left = new AbortController();
  const turn = failures.turn(client, { ...place, left: left.signal });
  left.abort();
  await assertRejects(() => turn, LimitError);
});

Deno.test("Failures has no more than 128 passwords of an address wait", async () => {
  using _timers = new FakeTimers();
  const { failures, place } = stage();
  const client = from("192.0.2.1");
  const looked = await Promise.all(
    Array.from({ length: 10 }, () => failures.turn(client, place)),
  );
  const waiting = Array.from({ length: 128 }, () => failures.turn(client, place));
  await assertRejects(() => failures.turn(client, place), LimitError);
  for (const turn of looked) turn?.right();
  // Each makes room for the next.
  for (const turn of waiting) (await turn)?.right();
  (await failures.turn(client, place))?.right();
});
