import { assertEquals } from "@std/assert";
import { Lines } from "../support/lines.ts";
import { needing } from "../support/programs.ts";
import { ROOT } from "../support/server.ts";

const EVENTS = [
  { type: "open", id: "a-1", request: { path: "/chat", query: "", params: {}, headers: {} } },
  { type: "open", id: "a-2", request: {} },
  { type: "message", id: "a-2", data: "hello\n“you”" },
  { type: "message", id: "a-1", base64: "AP8=" },
  { type: "close", id: "a-2", code: 1000, reason: "" },
  { type: "message", id: "a-1", data: "" },
];

Deno.test({
  ...needing("The example chat.py keeps to the protocol of events", "python3"),
  async fn() {
    const child = new Deno.Command(`${ROOT}scripts/examples/chat/chat.py`, {
      // Not even a locale.
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    const writer = child.stdin.getWriter();
    const encoder = new TextEncoder();
    for (const event of EVENTS) await writer.write(encoder.encode(`${JSON.stringify(event)}\n`));
    // They come while the input is open: nothing waits in a buffer.
    await stdout.until(/from1/);
    assertEquals(stdout.all.map((line) => JSON.parse(line)), [
      { type: "send", to: "*", data: "from2: hello\n“you”" },
      { type: "send", to: "*", data: "from1: " },
    ]);
    await writer.close();
    assertEquals((await child.status).code, 0);
    await Promise.all([stdout.ended, stderr.ended]);
    assertEquals(stderr.all, ["1 came", "2 came", "2 left with 1000"]);
  },
});
