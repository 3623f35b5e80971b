import { assertEquals } from "@std/assert";
import { Log } from "../../../lib/base/log.ts";
import { LateOutput } from "../../../lib/process/unbuffer/late_output.ts";
import type { Unbuffer } from "../../../lib/process/unbuffer/unbuffer.ts";
import { CapturedLog } from "../../base/captured_log.ts";

const PATH = Deno.env.get("PATH");
const CUT = new Uint8Array(4096).fill(120);
const FOUND =
  "it stopped for 1 s after 4096 bytes, in the middle of a message, as a buffer that is full; if it was meant to come before";

const REMEDIES: readonly [program: string, policy: Unbuffer, remedy: string][] = [
  ["/bin/python3", "off", "python3 -u, or print(…, flush=True), or unbuffer=auto"],
  ["/bin/python3", "auto", "python3 -u, or print(…, flush=True), or unbuffer=pty"],
  ["/bin/ruby", "off", "$stdout.sync = true, or unbuffer=pty"],
  ["/bin/grep", "off", "grep --line-buffered, or unbuffer=auto"],
  ["/bin/awk", "pty", "fflush(), and of mawk -W interactive"],
  ["/bin/perl", "on", "$| = 1, or unbuffer=pty"],
  [
    "/bin/sh",
    "auto",
    "in the program that it starts, as by python3 -u, stdbuf -oL or fflush(stdout), or unbuffer=pty",
  ],
  [
    "/nowhere/server",
    "auto",
    "fflush(stdout), or as the program has it for its language, or unbuffer=pty",
  ],
];

for (const [program, policy, remedy] of REMEDIES) {
  Deno.test(`LateOutput says of ${program} with unbuffer=${policy}: ${remedy}`, () => {
    using log = new CapturedLog();
    const late = new LateOutput(policy);
    // Two at once, and one that comes when all is said.
    const processes = [1, 2].map(() => late.watch({ program, path: PATH, log: new Log() }));
    for (const process of processes) {
      process?.read(CUT, 0);
      process?.read(CUT, 1_000);
    }
    assertEquals(log.messages, [
      `INFO process: Output of ${program.split("/").at(-1)} comes late: ${FOUND}: ${remedy}`,
    ]);
    assertEquals(late.watch({ program, path: PATH, log: new Log() }), undefined);
  });
}

for (const [program, said] of [["sort", 0], ["rev", 1]] as const) {
  Deno.test(`LateOutput says ${said > 0 ? "something" : "nothing"} of ${program} that answers at the end`, () => {
    using log = new CapturedLog();
    let now = 0;
    const late = new LateOutput("auto", () => now);
    const process = late.watch({ program: `/bin/${program}`, path: PATH, log: new Log() });
    process?.sent(1);
    now = 6_000;
    process?.left();
    process?.read(new TextEncoder().encode("a\n"), 0);
    assertEquals(log.messages.length, said);
  });
}
