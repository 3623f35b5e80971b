import { assert, assertEquals } from "@std/assert";
import { NotingMeter } from "../base/noting_meter.ts";
import { opened, Opening } from "./opening.ts";

Deno.test("LiveConnection.facts are there as long as it is open", () => {
  const opening = new Opening();
  assertEquals(opening.connection.facts, undefined);
  const before = Date.now();
  opening.connection.opened();
  const { facts } = opening.connection;
  assert(facts);
  // Two clocks, of which one has parts of a millisecond.
  assert(Math.abs(facts.since - before) < 60_000);
  const { since: _, ...others } = facts;
  assertEquals(others, {
    id: "id-1",
    remote: "",
    path: "",
    route: { path: "*" },
    user: "",
    pid: undefined,
    subprotocol: "",
    compressed: false,
    away: false,
    carried: { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0, dropped: 0 },
    bufferedAmount: 0,
  });
  assertEquals([...opening.roster].map(({ id }) => id), ["id-1"]);
  opening.connection.closed(1000, "");
  assertEquals(opening.connection.facts, undefined);
  assertEquals([...opening.roster], []);
});

Deno.test("LiveConnection counts what it carries, and tells the meter at its end", () => {
  const meter = new NotingMeter();
  const opening = opened(() => {}, { meter: meter.at("/a") });
  opening.receive("häh");
  opening.receive(new Uint8Array(3));
  opening.connection.send("12345");
  assertEquals(opening.connection.facts?.carried, {
    messagesIn: 2,
    bytesIn: 7,
    messagesOut: 1,
    bytesOut: 5,
    dropped: 0,
  });
  opening.connection.close(4001, "enough");
  // The client's answer may have another code.
  opening.connection.closed(1000, "");
  opening.connection.closed(1000, "");
  assertEquals(meter.noted, ["/a: opened", "/a: closed 4001: 2/7 in, 1/5 out, 0 dropped"]);
});

Deno.test("LiveConnection does not count what never was open", () => {
  const meter = new NotingMeter();
  const opening = new Opening(() => {}, { meter: meter.at("/a") });
  opening.connection.closed(1006, "");
  assertEquals(meter.noted, []);
});
