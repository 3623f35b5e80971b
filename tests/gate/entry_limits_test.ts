import { assertEquals, assertThrows } from "@std/assert";
import { LimitError } from "../../lib/base/errors.ts";
import { Visitors } from "../../lib/gate/entry/visitors.ts";
import { EntryLimits, type EntryOptions } from "../../lib/gate/entry_limits.ts";

function from(address: string) {
  return { remote: { address, host: address, port: "1" } };
}

/** What comes of requests from addresses: whether it was let in, or the limit and the answer. */
function outcomes(options: EntryOptions, addresses: readonly string[]): string[] {
  const limits = new EntryLimits(options);
  return addresses.map((address) => {
    try {
      return limits.enter(from(address)) ? "in" : "not counted";
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      return `${error.limit} ${error.status} ${error.headers["Retry-After"]}`;
    }
  });
}

const CASES: [what: string, options: EntryOptions, addresses: string[], outcomes: string[]][] = [
  ["no limit", {}, ["192.0.2.1"], ["not counted"]],
  [
    "limits of 0",
    { maxConnections: 0, maxPerIp: 0, connectRate: { perSecond: 0, burst: 1 } },
    ["192.0.2.1"],
    ["not counted"],
  ],
  ["maxconnections", { maxConnections: 2 }, ["192.0.2.1", "192.0.2.2", "192.0.2.3"], [
    "in",
    "in",
    "maxconnections 503 5",
  ]],
  ["maxperip", { maxPerIp: 1 }, ["192.0.2.1", "192.0.2.2", "192.0.2.1"], [
    "in",
    "in",
    "maxperip 429 5",
  ]],
  ["maxperip of IPv6", { maxPerIp: 1 }, ["2001:db8::1", "2001:db8:0:1::1", "2001:db8::ffff:1:2"], [
    "in",
    "in",
    "maxperip 429 5",
  ]],
  ["maxperip of a Unix socket", { maxPerIp: 1 }, ["unix-socket", "unix-socket"], ["in", "in"]],
  ["maxconnections of a Unix socket", { maxConnections: 1 }, ["unix-socket", "unix-socket"], [
    "in",
    "maxconnections 503 5",
  ]],
  [
    "connectrate",
    { connectRate: { perSecond: 0.01, burst: 2 } },
    ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "unix-socket"],
    ["not counted", "not counted", "connectrate 429 100", "not counted", "not counted"],
  ],
];
for (const [what, options, addresses, expected] of CASES) {
  Deno.test(`EntryLimits.enter() with ${what}`, () => {
    assertEquals(outcomes(options, addresses), expected);
  });
}

Deno.test("EntryLimits.enter() has room again for who has left, once", async () => {
  const visitors = new Visitors();
  const limits = new EntryLimits({ maxPerIp: 2, maxConnections: 3 }, { visitors });
  const first = await limits.enter(from("192.0.2.1"));
  limits.enter(from("192.0.2.1"));
  assertThrows(() => limits.enter(from("192.0.2.1")), LimitError);
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  limits.enter(from("192.0.2.1"));
  const error = assertThrows(() => limits.enter(from("192.0.2.1")), LimitError);
  assertEquals(error.message, "Too many connections from 192.0.2.1: it may have 2 (maxperip)");
  assertEquals([visitors.size, visitors.of("192.0.2.1")], [2, 2]);
});

Deno.test("EntryLimits counts who was there before its limits were", async () => {
  const visitors = new Visitors();
  const entry = await new EntryLimits({}, { visitors }).enter(from("192.0.2.1"), true);
  const limits = new EntryLimits({ maxPerIp: 1 }, { visitors });
  assertThrows(() => limits.enter(from("192.0.2.1")), LimitError);
  entry?.[Symbol.dispose]();
  limits.enter(from("192.0.2.1"));
});
