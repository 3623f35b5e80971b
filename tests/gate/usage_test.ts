import { assertEquals } from "@std/assert";
import type { Handler } from "../../lib/contract.ts";
import { Usage } from "../../lib/gate/usage.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakePlace } from "../support/fake_place.ts";
import { settle } from "../base/fake_timers.ts";

/** A usage of a handler that remembers what was done with it. */
function used(): { usage: Usage; told: string[] } {
  const told: string[] = [];
  const handler: Handler = {
    start: () => void told.push("start"),
    open() {},
    [Symbol.asyncDispose]() {
      told.push("dispose");
      return Promise.resolve();
    },
  };
  return { usage: new Usage(handler), told };
}

Deno.test("Usage starts its handler when it is told to", () => {
  const { usage, told } = used();
  assertEquals(told, []);
  usage.start(fakePlace());
  assertEquals(told, ["start"]);
});

Deno.test("Usage disposes a retired handler after its last connection, once", async () => {
  const { usage, told } = used();
  for (let count = 0; count < 3; count++) usage.enter();
  usage.leave();
  usage.retire();
  usage.leave();
  assertEquals(told, []);
  usage.leave();
  assertEquals(told, ["dispose"]);
  usage.retire();
  await usage.dispose();
  await usage.ended;
  assertEquals(told, ["dispose"]);
});

Deno.test("Usage disposes an unused handler as soon as it is retired", async () => {
  const { usage, told } = used();
  usage.enter();
  usage.leave();
  assertEquals(told, []);
  usage.retire();
  assertEquals(told, ["dispose"]);
  await usage.ended;
});

Deno.test("Usage.dispose() disposes also a handler that is used, and waits for its end", async () => {
  const ending = Promise.withResolvers<void>();
  let disposed = 0;
  const usage = new Usage({
    open() {},
    [Symbol.asyncDispose]() {
      disposed++;
      return ending.promise;
    },
  });
  usage.enter();
  let ended = 0;
  for (let count = 0; count < 2; count++) usage.dispose().then(() => ended++);
  usage.leave();
  await settle();
  assertEquals([disposed, ended], [1, 0]);
  ending.resolve();
  await usage.dispose();
  await settle();
  assertEquals([disposed, ended], [1, 2]);
});

Deno.test("Usage.resume() keeps a handler that is taken up again", async () => {
  const { usage, told } = used();
  usage.enter();
  usage.retire();
  assertEquals(usage.resume(), true);
  usage.leave();
  assertEquals(told, []);
  usage.retire();
  assertEquals([told, usage.resume()], [["dispose"], false]);
  await usage.ended;
});

Deno.test("Usage ends also for a handler that has nothing to dispose", async () => {
  const usage = new Usage({ open() {} });
  usage.start(fakePlace());
  usage.retire();
  await usage.ended;
  assertEquals(usage.resume(), false);
});

const fail = () => {
  throw new Error("no");
};
const reject = () => Promise.reject(new Error("no"));
for (const [how, start] of [["throws", fail], ["rejects", reject]] as const) {
  Deno.test(`Usage logs that a handler ${how} in start and in its end`, async () => {
    using log = new CapturedLog();
    const handler: Handler = { start: () => void start(), open() {}, [Symbol.asyncDispose]: start };
    // As one that is an async function: the types let it.
    const usage = new Usage(Object.assign(handler, { start }));
    usage.start(fakePlace());
    await settle();
    await usage.dispose();
    assertEquals(log.messages, [
      "ERROR server: A handler did not start: no",
      "ERROR server: A handler did not end: no",
    ]);
  });
}

Deno.test("Usage tells its handler once that no route has it any more, and never where it was disposed", async () => {
  const told: string[] = [];
  using log = new CapturedLog("error");
  const handler: Handler = {
    open() {},
    retire() {
      told.push("retire");
      throw new Error("broken");
    },
  };
  const usage = new Usage(handler);
  usage.enter();
  usage.retire();
  usage.retire();
  assertEquals(told, ["retire"]);
  assertEquals(log.messages, ["ERROR server: A handler did not retire: broken"]);
  usage.resume();
  usage.retire();
  assertEquals(told.length, 2);
  const other = new Usage(handler);
  await other.dispose();
  other.retire();
  assertEquals(told.length, 2);
});
