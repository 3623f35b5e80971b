import { assertEquals } from "@std/assert";
import { type Closed, type Ending, endingOf } from "../../../lib/cli/connect/ending.ts";

const ENDINGS: [closed: Partial<Closed>, ending: Ending][] = [
  [{ code: 1000 }, { exitCode: 0, kind: "meant", says: "closed with 1000" }],
  [{ code: 1005 }, { exitCode: 0, kind: "meant", says: "closed with 1005" }],
  [{ code: 1006 }, {
    exitCode: 1,
    kind: "failure",
    says: "closed with 1006 and no close frame",
  }],
  [{ code: 1006, reason: "Invalid UTF-8" }, {
    exitCode: 1,
    kind: "failure",
    says: "closed with 1006 Invalid UTF-8",
  }],
  [{ code: 1006, byClient: true }, {
    exitCode: 0,
    kind: "meant",
    says: "closed with 1006 and no close frame",
  }],
  [{ code: 1001, reason: "away" }, {
    exitCode: 1,
    kind: "failure",
    says: "closed with 1001 away",
  }],
  [{ code: 1011, byClient: true }, { exitCode: 1, kind: "failure", says: "closed with 1011" }],
  [{ code: 3000 }, { exitCode: 1, kind: "failure", says: "closed with 3000" }],
  [{ code: 4000 }, { exitCode: 1, kind: "failure", says: "closed with 4000" }],
  [{ code: 4001 }, { exitCode: 1, kind: "status", says: "closed with 4001" }],
  [{ code: 4003, reason: "exit status 3" }, {
    exitCode: 3,
    kind: "status",
    says: "closed with 4003 exit status 3",
  }],
  [{ code: 4255, byClient: true }, { exitCode: 255, kind: "status", says: "closed with 4255" }],
  [{ code: 4256 }, { exitCode: 1, kind: "failure", says: "closed with 4256" }],
];
for (const [closed, ending] of ENDINGS) {
  Deno.test(`endingOf() knows what ${JSON.stringify(closed)} means`, () => {
    assertEquals(endingOf({ code: 0, reason: "", byClient: false, ...closed }), ending);
  });
}
