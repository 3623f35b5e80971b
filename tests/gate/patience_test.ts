import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { Patience } from "../../lib/gate/patience.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers, settle } from "../base/fake_timers.ts";

/** Options with which a client stays for ever, unless a test lets it leave. */
function staying(ms = 0): { ms: number; left: () => AbortSignal; client: AbortController } {
  const client = new AbortController();
  return { ms, left: () => client.signal, client };
}

Deno.test("Patience.wait() answers with what is decided at once, without asking for the client", async () => {
  const left = () => {
    throw new Error("asked");
  };
  const patience = new Patience({ ms: 1, left });
  assertEquals(await patience.wait(Promise.resolve(5), () => {}), 5);
  await assertRejects(() => patience.wait(Promise.reject(new Error("no")), () => {}), Error, "no");
  assert(!patience.isOver);
});

Deno.test("Patience.wait() answers with what is decided in time", async () => {
  using timers = new FakeTimers();
  const work = Promise.withResolvers<number>();
  const patience = new Patience(staying(60_000));
  const waiting = patience.wait(work.promise, () => {});
  await timers.pass(59_999);
  work.resolve(5);
  assertEquals(await waiting, 5);
  assertEquals(timers.pending, 0);
  assert(!patience.signal.aborted);
});

Deno.test("Patience.wait() gives up with 504, says so, and hands on what comes later", async () => {
  using timers = new FakeTimers();
  const work = Promise.withResolvers<number>();
  const late: number[] = [];
  const patience = new Patience(staying(60_000));
  const { signal } = patience;
  const waiting = patience.wait(work.promise, (result) => late.push(result));
  const refused = assertRejects(() => waiting, HandshakeError, "There is no decision in 60000 ms");
  await timers.pass(60_000);
  const error = await refused;
  assertEquals([error.status, signal.aborted, signal.reason], [504, true, error]);
  assertEquals(late, []);
  work.resolve(5);
  await settle();
  assertEquals(late, [5]);
});

Deno.test("Patience.wait() gives up when the client leaves, or has left", async () => {
  using timers = new FakeTimers();
  for (const before of [true, false]) {
    const { client, ...options } = staying();
    const patience = new Patience(options);
    if (before) client.abort();
    const { promise } = Promise.withResolvers<void>();
    const waiting = patience.wait(promise, () => {});
    const refused = assertRejects(() => waiting, HandshakeError, "The client has left");
    await timers.pass(0);
    client.abort();
    const error = await refused;
    assertEquals([error.status, patience.signal.aborted], [503, true]);
  }
});

Deno.test("Patience.wait() says only at level debug that what nobody waits for fails", async () => {
  using log = new CapturedLog("debug");
  const work = Promise.withResolvers<void>();
  const patience = new Patience(staying(1));
  await assertRejects(() => patience.wait(work.promise, () => {}), HandshakeError);
  work.reject(new Error("told to give up"));
  await settle();
  assertEquals(log.messages, [
    "DEBUG http: The decision has failed when nobody waited for it: told to give up",
  ]);
});
