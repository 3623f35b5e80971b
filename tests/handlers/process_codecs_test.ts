import { assert, assertEquals } from "@std/assert";
import { Batch } from "../../lib/base/batch.ts";
import { process } from "../../lib/handlers/process.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { PATIENT } from "../support/patient.ts";
import { accept, Talk } from "./talk.ts";

const sh = (script: string): string[] => ["sh", "-c", script];

Deno.test("process() takes messages of either kind where the codec does", async () => {
  await using talk = await Talk.open(process(["cat"], { framing: "length" }));
  talk.say("é");
  talk.say(Uint8Array.of(0));
  assertEquals(await talk.connection.count(2), [Uint8Array.of(0xc3, 0xa9), Uint8Array.of(0)]);
});

Deno.test("process() gives the program what was said before what it cannot be told, then closes", async () => {
  using log = new CapturedLog("error");
  const handler = process(["cat"], { framing: "json", ...PATIENT });
  const { open } = await accept(handler);
  const connection = new FakeConnection();
  const session = open(connection);
  const text = new TextEncoder().encode("[1]{}oops[2]");
  session?.batch?.(new Batch(false, text, [0, 3, 3, 5, 5, 9, 9, 12]));
  assertEquals(await connection.closed, "1007 A message has to be one JSON value");
  session?.batch?.(Batch.of("[3]"));
  session?.close?.(1007, "");
  await handler[Symbol.asyncDispose]?.();
  assertEquals(connection.sent, ["[1]", "{}"]);
  assertEquals(log.messages.length, 1);
});

Deno.test("process() closes with how the output broke off, or how the program failed", async () => {
  using _log = new CapturedLog("fatal");
  for (
    const [status, closed] of [[0, "1011 The output ended in the middle of a message"], [
      3,
      "4003 exit status 3",
    ]]
  ) {
    const script = `printf '\\0\\0\\0\\5abc'; exit ${status}`;
    await using talk = await Talk.open(process(sh(script), { framing: "length" }));
    assertEquals(await talk.connection.closed, closed);
  }
});

Deno.test("process() holds back a client whose program does not read, and loses nothing", async () => {
  const connection = new FakeConnection();
  connection.canPause = true;
  const script = "read -r go; head -c 3000003 | wc -c";
  await using talk = await Talk.open(process(sh(script), { maxQueue: 1_000_000 }), {}, connection);
  // Nothing is read of this before it is complete.
  talk.say("x".repeat(100_000));
  for (let count = 0; count < 3; count++) talk.say("y".repeat(1_000_000));
  assert(connection.paused);
  assertEquals(await connection.closed, "1000");
  assert(!connection.paused);
  assertEquals(connection.sent, ["3000003"]);
});
