import { assertEquals } from "@std/assert";
import { CodecError } from "../../lib/base/errors.ts";
import { closeOf, type Outcome } from "../../lib/process/status.ts";

const outcome = (changes: Partial<Outcome>): Outcome => ({
  status: undefined,
  told: false,
  cut: false,
  shutdown: false,
  ...changes,
});

const STATUSES: [code: number, signal: Deno.Signal | null, close: string][] = [
  [0, null, "1000 "],
  [1, null, "4001 exit status 1"],
  [3, null, "4003 exit status 3"],
  [127, null, "4127 exit status 127"],
  [137, null, "4137 exit status 137"],
  [255, null, "4255 exit status 255"],
  [129, "SIGHUP", "4129 SIGHUP"],
  [130, "SIGINT", "4130 SIGINT"],
  [137, "SIGKILL", "4137 SIGKILL"],
  [139, "SIGSEGV", "4139 SIGSEGV"],
  [143, "SIGTERM", "4143 SIGTERM"],
];
for (const [code, signal, close] of STATUSES) {
  Deno.test(`closeOf() says ${close.trimEnd()} to status ${code}${signal ? ` by ${signal}` : ""}`, () => {
    const found = closeOf(outcome({ status: { code, signal } }));
    assertEquals(`${found.code} ${found.reason}`, close);
  });
}

const ENDS: [script: string, close: { code: number; reason: string }][] = [
  ["exit 0", { code: 1000, reason: "" }],
  ["exit 7", { code: 4007, reason: "exit status 7" }],
  ["kill -KILL $$", { code: 4137, reason: "SIGKILL" }],
  ["kill -SEGV $$", { code: 4139, reason: "SIGSEGV" }],
];
for (const [script, close] of ENDS) {
  Deno.test(`closeOf() tells the truth of a process that ends by ${script}`, async () => {
    const status = await new Deno.Command("sh", { args: ["-c", script], stderr: "null" }).output();
    assertEquals(closeOf(outcome({ status })), close);
  });
}

const TOO_LONG = new CodecError(1009, "A line is longer than may be");
const FINE = { code: 0, signal: null };
const FAILED = { code: 3, signal: null };
const OUTCOMES: [what: string, changes: Partial<Outcome>, close: string][] = [
  ["a process that lives on without its output", {}, "1000"],
  ["an end of the server, whatever the status", { status: FAILED, shutdown: true }, "1001"],
  [
    "what a codec refuses, whatever the status",
    { status: FAILED, failure: { error: TOO_LONG, atEnd: false } },
    "1009 A line is longer than may be",
  ],
  [
    "an output that breaks off although its process was content",
    { status: FINE, failure: { error: TOO_LONG, atEnd: true } },
    "1009 A line is longer than may be",
  ],
  [
    "an output that breaks off because its process failed",
    { status: FAILED, failure: { error: TOO_LONG, atEnd: true } },
    "4003 exit status 3",
  ],
  [
    "any other error",
    { failure: { error: new Error("a bug"), atEnd: false } },
    "1011 Internal error",
  ],
];
for (const [what, changes, close] of OUTCOMES) {
  Deno.test(`closeOf() says ${close} to ${what}`, () => {
    const { code, reason } = closeOf(outcome(changes));
    assertEquals(`${code} ${reason}`.trimEnd(), close);
  });
}
