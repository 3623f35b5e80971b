import { assertEquals, assertRejects } from "@std/assert";
import { HandshakeError, LimitError } from "../../../lib/base/errors.ts";
import { Visitors } from "../../../lib/gate/entry/visitors.ts";
import { EntryLimits, type EntryOptions } from "../../../lib/gate/entry_limits.ts";
import { Ledger } from "../../../lib/workers/ledger/ledger.ts";
import { type FakeWorker, Workers } from "./workers_of.ts";

function from(address: string) {
  return { remote: { address, host: address, port: "1" } };
}

function limitsOf(
  worker: FakeWorker | undefined,
  options: EntryOptions,
  visitors = new Visitors(),
) {
  return new EntryLimits(options, { visitors, book: worker?.ledger.at("/chat") });
}

async function outcome(entered: unknown): Promise<string> {
  try {
    return await entered ? "in" : "not counted";
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return `${error.limit} ${error.status} ${error.message}`;
  }
}

const CASES: [what: string, options: EntryOptions, addresses: string[], outcomes: string[]][] = [
  ["maxconnections", { maxConnections: 2 }, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], [
    "in",
    "in",
    "maxconnections 503 Too many connections: there may be 2 (maxconnections)",
  ]],
  ["maxperip", { maxPerIp: 1 }, ["192.0.2.1", "192.0.2.2", "192.0.2.1", "unix-socket"], [
    "in",
    "in",
    "maxperip 429 Too many connections from 192.0.2.1: it may have 1 (maxperip)",
    "in",
  ]],
  [
    "connectrate",
    { connectRate: { perSecond: 0.01, burst: 2 } },
    ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "unix-socket"],
    [
      "not counted",
      "not counted",
      "connectrate 429 Too many requests from 192.0.2.1: it may make 0.01 a second (connectrate)",
      "not counted",
      "not counted",
    ],
  ],
];
for (const [what, options, addresses, expected] of CASES) {
  Deno.test(`EntryLimits.enter() of several workers with ${what}`, async () => {
    using ledger = new Ledger();
    await using workers = new Workers(ledger, 3);
    const limits = workers.all.map((worker) => limitsOf(worker, options));
    const found = [];
    for (const [index, address] of addresses.entries()) {
      found.push(await outcome(limits[index % 3]?.enter(from(address))));
    }
    assertEquals(found, expected);
  });
}

Deno.test("EntryLimits.enter() of several workers lets in exactly as many as may be of those who come at once", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 3);
  const limits = workers.all.map((worker) => limitsOf(worker, { maxConnections: 5 }));
  const found = await Promise.all(
    Array.from({ length: 60 }, (_, at) => outcome(limits[at % 3]?.enter(from("192.0.2.1")))),
  );
  assertEquals(found.filter((each) => each === "in").length, 5);
});

Deno.test("EntryLimits.enter() of several workers has room again for who has left anywhere, once", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const [one, other] = workers.all.map((worker) => limitsOf(worker, { maxPerIp: 1 }));
  const entry = await one?.enter(from("192.0.2.1"));
  assertEquals((await outcome(other?.enter(from("192.0.2.1")))).split(" ")[0], "maxperip");
  entry?.[Symbol.dispose]();
  entry?.[Symbol.dispose]();
  // In order behind that.
  await one?.enter(from("192.0.2.2"));
  assertEquals(await outcome(other?.enter(from("192.0.2.1"))), "in");
  assertEquals(ledger.entries.at("/chat").size, 2);
});

Deno.test("EntryLimits of several workers waits for nothing where there is no limit", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 1);
  const [worker] = workers;
  const limits = limitsOf(worker, {});
  assertEquals(limits.enter(from("192.0.2.1")), undefined);
  assertEquals(limits.enter(from("192.0.2.1"), true) instanceof Promise, false);
});

Deno.test("EntryLimits of several workers counts who was there before its limits were, and who comes after them", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const visitors = workers.all.map(() => new Visitors());
  const open = workers.all.map((worker, at) => limitsOf(worker, {}, visitors[at]));
  const entries = open.map((limits) => limits.enter(from("192.0.2.1"), true) as Disposable);
  const [one, other] = workers.all.map((worker, at) =>
    limitsOf(worker, { maxConnections: 3 }, visitors[at])
  );
  await workers.all[0]?.settled();
  await workers.all[1]?.settled();
  assertEquals(ledger.entries.at("/chat").size, 2);
  assertEquals(await outcome(one?.enter(from("192.0.2.1"))), "in");
  assertEquals((await outcome(other?.enter(from("192.0.2.1")))).split(" ")[0], "maxconnections");
  for (const entry of entries) entry[Symbol.dispose]();
  // The limit is taken away again.
  limitsOf(workers.all[0], {}, visitors[0]).enter(from("192.0.2.1"), true);
  await workers.all[0]?.settled();
  await workers.all[1]?.settled();
  assertEquals(ledger.entries.at("/chat").size, 2);
});

Deno.test("Ledger takes back the places of a worker that is gone", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const [one, other] = workers.all.map((worker) => limitsOf(worker, { maxConnections: 2 }));
  await one?.enter(from("192.0.2.1"));
  await one?.enter(from("unix-socket"));
  assertEquals((await outcome(other?.enter(from("192.0.2.1")))).split(" ")[0], "maxconnections");
  workers.all[0]?.leave();
  assertEquals(await outcome(other?.enter(from("192.0.2.1"))), "in");
  const error = await assertRejects(
    async () => await one?.enter(from("192.0.2.1")),
    HandshakeError,
  );
  assertEquals(error.status, 503);
});

Deno.test("EntryLimits.expectRate() of several workers counts for all of them", async () => {
  using ledger = new Ledger();
  await using workers = new Workers(ledger, 2);
  const [one, other] = workers.all.map((worker) =>
    limitsOf(worker, { connectRate: { perSecond: 0.01, burst: 1 } })
  );
  await one?.expectRate(from("192.0.2.1"));
  await assertRejects(async () => await other?.expectRate(from("192.0.2.1")), LimitError);
});
