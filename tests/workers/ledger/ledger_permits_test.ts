import { assert, assertEquals } from "@std/assert";
import type { Permit } from "../../../lib/base/permits.ts";
import { Ledger } from "../../../lib/workers/ledger/ledger.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Workers } from "./workers_of.ts";

Deno.test("Ledger lends no more permits than there are, whichever worker asks, and again when they are given back", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 3, 5);
  const asked = await Promise.all(
    Array.from({ length: 60 }, (_, index) => workers.all[index % 3]?.processes.obtain()),
  );
  const got = asked.filter((permit) => permit !== undefined);
  assertEquals(got.length, 5);
  for (const permit of got) permit[Symbol.dispose]();
  const again = await Promise.all(
    Array.from({ length: 60 }, () => workers.all[2]?.processes.obtain()),
  );
  assertEquals(again.filter((permit) => permit !== undefined).length, 5);
  assertEquals(ledger.permits.taken, 5);
});

Deno.test("Ledger lets no worker wait for a permit that another one has at hand", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 3, 3);
  const [one, ...others] = workers;
  // Each has one at hand by then.
  await Promise.all(others.map(({ settled }) => settled()));
  const permits = [];
  for (let taken = 0; taken < 3; taken++) permits.push(await one?.processes.obtain());
  assert(permits.every((permit) => permit));
  assertEquals(await others[0]?.processes.obtain(), undefined);
  assertEquals(others[1]?.processes.take(), undefined);
});

Deno.test("LentPermits.take() finds one at hand without waiting, and another one soon", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 1, 2);
  const [worker] = workers;
  await worker?.settled();
  assert(worker?.processes.take());
  await worker?.settled();
  assert(worker?.processes.take());
  assertEquals(worker?.processes.take(), undefined);
});

Deno.test("Ledger has what waits for clients give way in another worker, and not what was claimed", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2, 2);
  const [one, other] = workers;
  const ways: string[] = [];
  const first = await one?.processes.obtain(() => ways.push("first"));
  const second = await one?.processes.obtain(() => ways.push("second"));
  assert(first && second);
  // It gives way for nobody who gives way as well.
  assertEquals(await other?.processes.obtain(() => {}), undefined);
  assertEquals(ways, []);
  first.claim();
  assert(await other?.processes.obtain());
  assertEquals(ways, ["second"]);
  assertEquals(await other?.processes.obtain(), undefined);
  second[Symbol.dispose]();
  assertEquals(await other?.processes.obtain(), undefined);
  first[Symbol.dispose]();
  assert(await other?.processes.obtain());
});

Deno.test("Ledger lends a permit that nobody uses to a process that is to wait in another worker", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2, 2);
  const [one, other] = workers;
  await one?.settled();
  assert(await other?.processes.obtain(() => {}));
  assert(await other?.processes.obtain(() => {}));
  assertEquals(one?.processes.take(), undefined);
});

Deno.test("LentPermits claims one while the ledger asks for it, or gives it back: never both", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2, 1);
  const [one, other] = workers;
  await one?.settled();
  let hasGivenWay = false;
  const waits: Permit | undefined = await one?.processes.obtain(() => hasGivenWay = true);
  const asked = other?.processes.obtain();
  waits?.claim();
  const got = await asked;
  assertEquals(got === undefined, !hasGivenWay);
  assertEquals(ledger.permits.taken, 1);
});

Deno.test("Ledger takes back what a worker had that is gone, when its programs have ended", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2, 2);
  const [one, other] = workers;
  await one?.processes.obtain();
  await one?.processes.obtain();
  {
    await one?.settled();
    using timers = new FakeTimers();
    one?.leave();
    await timers.pass(1_900);
    assertEquals(ledger.permits.taken, 2);
    await timers.pass(200);
    assertEquals(ledger.permits.taken, 0);
  }
  assert(await other?.processes.obtain());
});

Deno.test("Ledger has what a worker had in reserve at once when that is gone", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2, 1);
  const [one, other] = workers;
  await one?.settled();
  one?.leave();
  assert(await other?.processes.obtain());
});

Deno.test("joinLedger() without a limit of processes asks nobody", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 1, 0);
  const [worker] = workers;
  assert(worker?.processes.obtain() instanceof Promise === false);
  assert(worker?.processes.take());
});
