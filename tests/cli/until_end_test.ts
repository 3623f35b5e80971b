import { assertEquals } from "@std/assert";
import { exitCodeOf } from "../../lib/cli/until_end.ts";
import type { Ended } from "../../lib/connection/ending_sentence.ts";

const NOTHING: Ended = {
  code: 1000,
  reason: "",
  closedBy: "client",
  clean: true,
  durationMs: 0,
  messagesIn: 0,
  bytesIn: 0,
  messagesOut: 0,
  bytesOut: 0,
};
const ENDS: [ended: Partial<Ended>, code: number][] = [
  [{ code: 1000 }, 0],
  [{ code: 1001 }, 0],
  [{ code: 1005 }, 0],
  [{ code: 1006 }, 1],
  [{ code: 1011 }, 1],
  [{ code: 4003 }, 1],
  [{ code: 4003, exitStatus: 3 }, 3],
  [{ code: 1000, exitStatus: 0 }, 0],
  // The program knows best how it went.
  [{ code: 1006, exitStatus: 0 }, 0],
  [{ code: 4143, signal: "SIGTERM" }, 143],
  [{ code: 4137, exitStatus: 137, signal: "SIGKILL" }, 137],
];
Deno.test("exitCodeOf() is the status of the program, otherwise whether the end was usual", () => {
  for (const [ended, code] of ENDS) assertEquals(exitCodeOf({ ...NOTHING, ...ended }), code);
});
