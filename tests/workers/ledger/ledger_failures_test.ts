import { assert, assertEquals } from "@std/assert";
import type { LookedAt } from "../../../lib/gate/auth/failure_book.ts";
import { Ledger } from "../../../lib/workers/ledger/ledger.ts";
import { JointFailures } from "../../../lib/workers/ledger/joint_failures.ts";
import { BusError } from "../../../lib/base/errors.ts";
import { Workers } from "./workers_of.ts";

const NEVER = new AbortController().signal;
const KEY = "192.0.2.1";

async function enter(worker: { ledger: Workers["all"][number]["ledger"] } | undefined) {
  const turn = await worker?.ledger.failures?.enter(KEY, NEVER);
  assert(typeof turn === "object");
  return turn;
}

Deno.test("Ledger counts wrong tokens of an address in whichever worker, and no other's", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 3);
  const add = async (at: number, key = KEY) => await workers.all[at % 3]?.ledger.failures?.add(key);
  for (let count = 0; count < 10; count++) assertEquals(await add(count), 0);
  for (let at = 0; at < 3; at++) assert((await add(at) ?? 0) > 0);
  assertEquals(await add(0, "192.0.2.2"), 0);
});

Deno.test("Ledger looks at no more passwords of an address at once than may be wrong, in all workers", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const [one, other] = workers;
  const turns: LookedAt[] = [];
  for (let count = 0; count < 10; count++) turns.push(await enter(count % 2 ? one : other));
  const waits = enter(one);
  // It was asked before this: so it waits when that is answered.
  await one?.settled();
  for (const turn of turns.slice(1)) assertEquals(await turn.wrong(), undefined);
  turns[0]?.right();
  assert((await (await waits).wrong() ?? 0) > 0);
});

Deno.test("Ledger gives back the turns of a worker that is gone, and of a client that has left", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const [one, other] = workers;
  for (let count = 0; count < 10; count++) await enter(one);
  const left = new AbortController();
  const leaves = other?.ledger.failures?.enter(KEY, left.signal);
  left.abort();
  assertEquals(await leaves, 2_000);
  const waits = Array.from({ length: 10 }, () => enter(other));
  await other?.settled();
  one?.leave();
  for (const turn of await Promise.all(waits)) turn.right();
  await other?.settled();
  assertEquals(await other?.ledger.failures?.add(KEY), 0);
});

Deno.test("JointFailures counts by itself where the ledger does not answer, and gives back what that grants late", async () => {
  const told: string[] = [];
  const late: ((answer: unknown) => void)[] = [];
  const failures = new JointFailures({
    ask(_name, _data, options) {
      if (options?.late) late.push(options.late);
      return Promise.reject(new BusError("no answer"));
    },
    tell: (name, data) => void told.push(`${name} ${data}`),
  });
  const turn = await failures.enter(KEY, NEVER);
  assert(typeof turn === "object");
  for (const tell of late) tell(0);
  assertEquals(told, ["failure.leave 1", "failure.right 1"]);
  assertEquals(await turn.wrong(), undefined);
  for (let count = 1; count < 10; count++) assertEquals(await failures.add(KEY), 0);
  assert(await failures.add(KEY) > 0);
});
