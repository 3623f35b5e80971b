import { assertEquals, assertMatch } from "@std/assert";
import { readCredentials } from "../../lib/listen/credentials.ts";
import type { Bound } from "../../lib/listen/engine.ts";
import { Renewal } from "../../lib/listen/renewal.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import {
  FakeBound,
  filesIn,
  FIXED,
  makePairs,
  testPems,
  TOOK_UP,
  Watched,
  write,
} from "./watched.ts";

testPems("Renewal.reload() takes up what has changed, once", async () => {
  using _timers = new FakeTimers();
  await using watched = await Watched.start();
  await write(watched);
  for (let time = 0; time < 3; time++) watched.renewal.reload();
  assertEquals(watched.bound.renewed, [watched.next()]);
  const certificate = watched.pems.file("tls.crt");
  assertEquals(watched.log.messages, [
    `INFO server: Took up the changed certificate: ${certificate}`,
  ]);
});

testPems("Renewal.reload() is silent when nothing has changed", async () => {
  await using watched = await Watched.start();
  watched.renewal.reload();
  assertEquals([watched.log.messages, watched.bound.renewed], [[], []]);
});

testPems("Renewal.reload() says what is wrong each time that it is told to", async () => {
  using _timers = new FakeTimers();
  await using watched = await Watched.start();
  await watched.put("tls.key");
  watched.renewal.reload();
  watched.renewal.reload();
  assertEquals(watched.log.messages.map((line) => line.slice(0, 43)), [
    "ERROR server: The certificate in use stays:",
    "ERROR server: The certificate in use stays:",
  ]);
});

testPems("Renewal says once what is wrong with files that it was told to read", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await watched.put("tls.key");
  watched.renewal.reload();
  await timers.pass(5_000);
  assertEquals(watched.log.messages.length, 1, watched.log.messages.join("\n"));
  // They are looked at as before.
  await watched.put("tls.crt");
  await timers.pass(5_000);
  assertEquals(watched.bound.renewed, [watched.next()]);
});

testPems("Renewal.reload() takes up changed authorities", async () => {
  using _timers = new FakeTimers();
  await using pems = await makePairs();
  using log = new CapturedLog();
  await Deno.copyFile(pems.file("first/tls.crt"), pems.file("ca.pem"));
  const options = { ...filesIn(pems.file("first")), caFile: pems.file("ca.pem") };
  const [bound, current] = [new FakeBound(), readCredentials(options)];
  using renewal = new Renewal(options, current, [bound]);
  await Deno.copyFile(pems.file("next/tls.crt"), pems.file("ca.pem"));
  renewal.reload();
  assertEquals(bound.renewed, [{ ...current, ca: await pems.read("next/tls.crt") }]);
  assertEquals(log.messages.length, 1);
});

testPems("Renewal renews all that can be, and leaves a redirect as it is", async () => {
  const [one, other] = [new FakeBound(), new FakeBound()];
  await using watched = await Watched.start([one, FIXED, other]);
  await write(watched);
  await watched.log.until(TOOK_UP);
  assertEquals([one.renewed, other.renewed], [[watched.next()], [watched.next()]]);
});

testPems("Renewal says that an engine cannot renew, once for each change", async () => {
  using _timers = new FakeTimers();
  await using watched = await Watched.start([FIXED]);
  await write(watched);
  watched.renewal.reload();
  watched.renewal.reload();
  const why = "the native engine takes up a changed one only at its next start";
  assertEquals(watched.log.messages, [`ERROR server: The certificate in use stays: ${why}`]);
});

testPems("Renewal says what an engine has against new ones", async () => {
  const failing: Bound = { ...FIXED, renew: () => fail("key too small") };
  using _timers = new FakeTimers();
  await using watched = await Watched.start([failing]);
  await write(watched);
  // It is tried each time: the next may be the one that works.
  watched.renewal.reload();
  watched.renewal.reload();
  const line = "ERROR server: The certificate in use stays: key too small";
  assertEquals(watched.log.messages, [line, line]);
});

testPems("Renewal looks no more when it is disposed", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await timers.pass(2_000);
  assertEquals(timers.pending, 1);
  watched.renewal[Symbol.dispose]();
  assertEquals(timers.pending, 0);
});

Deno.test("Renewal is silent about files that are not there until it is told to read them", async () => {
  using timers = new FakeTimers();
  using log = new CapturedLog();
  const options = filesIn("/no/such/folder");
  using renewal = new Renewal(options, { cert: "", key: "" }, [FIXED]);
  await timers.pass(2_000);
  assertEquals(log.messages, []);
  renewal.reload();
  assertMatch(log.messages[0] ?? "", /The certificate in use stays: Cannot read the certificate/);
});

function fail(message: string): never {
  throw new Error(message);
}
