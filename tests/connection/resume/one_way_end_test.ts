import { assertEquals } from "@std/assert";
import type { Greeting } from "../../../lib/connection/resume/control.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Joined, Line } from "./joined.ts";

/** A session whose client is on a transport on which nothing comes back. */
function oneWay(): { joined: Joined; back(received: number): { line: Line; sent: number[] } } {
  const joined = new Joined();
  const back = (received: number) => {
    const sent: number[] = [];
    const greet = (greeting: Greeting) => void sent.push(greeting.sent);
    const line = new Line(joined.session, { received, greet });
    line.events.opened();
    return { line, sent };
  };
  return { joined, back };
}

Deno.test("ResumableTransport has whoever cannot answer come back for an end that was lost", async () => {
  using timers = new FakeTimers();
  const { joined, back } = oneWay();
  const { line } = back(0);
  joined.send("a", "b");
  joined.session.close(4003, "exit status 3");
  line.events.closed(4003, "exit status 3");
  assertEquals(joined.take(), ["opened"]);
  const again = back(1);
  assertEquals([again.sent, again.line.take(), again.line.transport.closed], [
    [1],
    ["b"],
    ["4003 exit status 3"],
  ]);
  again.line.events.closed(4003, "exit status 3");
  await timers.pass(9_000);
  assertEquals(joined.take(), []);
  // As if it had answered: nothing is known to be lost.
  await timers.pass(2_000);
  assertEquals([joined.take(), joined.sessions.waiting], [["closed 4003 exit status 3"], 0]);
});

Deno.test("ResumableTransport ends at once where such a client has got all, or may come again", () => {
  const [all, passing] = [oneWay(), oneWay()];
  const { line } = all.back(0);
  all.joined.session.gotAll();
  all.joined.session.close(1000, "");
  line.events.closed(1000, "");
  assertEquals(all.joined.take(), ["opened"]);
  all.joined.session.gotAll();
  assertEquals(all.joined.take(), ["closed 1000"]);
  const other = passing.back(0);
  passing.joined.session.close(1001, "Idle timeout");
  other.line.events.closed(1001, "Idle timeout");
  assertEquals(passing.joined.take(), ["opened", "closed 1001 Idle timeout"]);
});
