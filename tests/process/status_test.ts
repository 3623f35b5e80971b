import { assertEquals } from "@std/assert";
import { closeOf } from "../../lib/process/status.ts";

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
    const found = closeOf({ code, signal });
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
    assertEquals(closeOf(status), close);
  });
}
