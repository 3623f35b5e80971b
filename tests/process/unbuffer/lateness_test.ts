import { assertEquals } from "@std/assert";
import { Lateness } from "../../../lib/process/unbuffer/lateness.ts";

type Step =
  | readonly ["sent", number]
  | readonly ["read", text: string, waited?: number]
  | readonly ["wait", ms: number]
  | readonly ["left"]
  | readonly ["end"];

const CUT = "x".repeat(4096);
const AT_END = "all of it came at the end of its input, 6 s after the first message";
const AT_EXIT = "all of it came at the end of the program, 6 s after the first message";
const STOPPED =
  "it stopped for 2 s after 4096 bytes, in the middle of a message, as a buffer that is full";

/** What happens to a process, and what is found. */
const CASES: readonly [what: string, steps: readonly Step[], found: string[], atEnd?: boolean][] = [
  [
    "a buffer that is full, and goes on later",
    [["read", CUT], ["read", "y\n", 2_000]],
    [STOPPED],
  ],
  ["the same only once", [["read", CUT], ["read", CUT, 2_000], ["read", CUT, 2_000]], [STOPPED]],
  ["a flood", [["read", CUT], ["read", CUT, 1], ["read", "y\n", 10]], []],
  ["a pause behind a line", [["read", `${CUT.slice(1)}\n`], ["read", "y\n", 2_000]], []],
  ["a pause behind a prompt", [["read", "> "], ["read", "y\n> ", 2_000]], []],
  [
    "a prompt that happens to be where a buffer would end",
    [["read", `${"x".repeat(4093)}\n`], ["read", "> ", 2_000], ["read", "y\n", 2_000]],
    [],
  ],
  [
    "all answers at the end of the input",
    [["sent", 2], ["wait", 6_000], ["left"], ["read", "a\nb\n"], ["end"]],
    [AT_END],
  ],
  [
    "all answers at the end of the program",
    [["sent", 2], ["wait", 6_000], ["read", "a\nb\n"], ["end"]],
    [AT_EXIT],
  ],
  ["a client that waits for less", [["sent", 1], ["wait", 4_000], ["left"], ["read", "a\n"]], []],
  ["fewer lines than messages", [["sent", 9], ["wait", 6_000], ["left"], ["read", "Bye\n"]], []],
  ["a program that was sent nothing", [["wait", 6_000], ["read", "a\n"], ["end"]], []],
  [
    "an answer that takes its time, and another",
    [["sent", 1], ["wait", 6_000], ["read", "a\n"], ["wait", 2_000], ["end"]],
    [],
  ],
  [
    "an answer at once, and another at the end",
    [["sent", 1], ["read", "a\n"], ["sent", 1], ["wait", 6_000], ["left"], ["read", "b\n"]],
    [],
  ],
  [
    "a program that answers at the end by its nature",
    [["sent", 2], ["wait", 6_000], ["left"], ["read", "a\nb\n"], ["end"]],
    [],
    true,
  ],
];

for (const [what, steps, found, answersAtEnd = false] of CASES) {
  Deno.test(`Lateness finds ${found.length > 0 ? "" : "nothing in "}${what}`, () => {
    let now = 0;
    const findings: string[] = [];
    const lateness = new Lateness({
      answersAtEnd,
      found: (finding) => findings.push(finding),
      now: () => now,
    });
    for (const step of steps) {
      switch (step[0]) {
        case "sent":
          lateness.sent(step[1]);
          break;
        case "read":
          now += step[2] ?? 0;
          lateness.read(new TextEncoder().encode(step[1]), step[2] ?? 0);
          break;
        case "wait":
          now += step[1];
          break;
        case "left":
          lateness.left();
          break;
        case "end":
          lateness.end();
      }
    }
    assertEquals(findings, found);
  });
}
