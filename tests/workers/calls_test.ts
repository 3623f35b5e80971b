import { assertEquals, assertRejects } from "@std/assert";
import { BusError } from "../../lib/base/errors.ts";
import { Calls } from "../../lib/workers/calls.ts";
import { channelPair } from "./channel_pair.ts";

Deno.test("Calls answers questions, and takes what is told in its order", async () => {
  const [here, there] = channelPair();
  const told: unknown[] = [];
  new Calls(there, {
    double: (value: number) => value * 2,
    later: (value: string) => Promise.resolve(`${value}!`),
    note: (value: unknown) => void told.push(value),
  });
  const calls = new Calls(here);
  calls.tell("note", 1);
  calls.tell("note", { two: 2 });
  assertEquals(await Promise.all([calls.ask("double", 4), calls.ask("later", "so")]), [8, "so!"]);
  assertEquals(await calls.ask("note", null), null);
  assertEquals(told, [1, { two: 2 }, null]);
});

Deno.test("Calls.ask() fails as it failed there, and where nobody knows the question", async () => {
  const [here, there] = channelPair();
  new Calls(there, {
    fail() {
      throw new Error("no room");
    },
  });
  const calls = new Calls(here);
  const failed = await assertRejects(() => calls.ask("fail", 1), BusError);
  assertEquals(failed.message, `Another process cannot do "fail": no room`);
  const unknown = await assertRejects(() => calls.ask("toString", 1), BusError);
  assertEquals(unknown.message, `Another process cannot do "toString": it is not known here`);
});

Deno.test("Calls.ask() fails when there is no answer in time, and gives one that comes late to whoever wants it", async () => {
  const [here, there] = channelPair();
  const answer = Promise.withResolvers<string>();
  new Calls(there, { wait: () => answer.promise });
  const calls = new Calls(here);
  const late = Promise.withResolvers<unknown>();
  const error = await assertRejects(
    () => calls.ask("wait", 1, { ms: 1, late: late.resolve }),
    BusError,
  );
  assertEquals(error.message, `Cannot ask another process for "wait": no answer in 1 ms`);
  answer.resolve("at last");
  assertEquals(await late.promise, "at last");
});

Deno.test("Calls.ask() fails when the other process goes, and after that", async () => {
  const [here, there] = channelPair();
  new Calls(there, { wait: () => new Promise(() => {}) });
  const calls = new Calls(here);
  const asked = assertRejects(() => calls.ask("wait", 1), BusError, "it has gone");
  there.close();
  await asked;
  await assertRejects(() => calls.ask("wait", 1), BusError, "it has gone");
  calls.tell("wait", 1);
});

Deno.test("Calls.ask() waits for no answer to what cannot be sent", async () => {
  const [here] = channelPair();
  const full = new RangeError("too long");
  const calls = new Calls({
    ...{ bufferedAmount: 0, closed: here.closed, drained: () => Promise.resolve() },
    listen() {},
    close() {},
    send() {
      throw full;
    },
  });
  assertEquals(await assertRejects(() => calls.ask("wait", 1)), full);
});
