import { assert, assertEquals, assertMatch } from "@std/assert";
import { process } from "../../lib/handlers/process.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { PATIENT } from "../support/patient.ts";
import { Talk } from "./talk.ts";

const sh = (script: string): string[] => ["sh", "-c", script];

function joined(parts: readonly (string | Uint8Array)[]): number[] {
  return parts.flatMap((part) => typeof part === "string" ? [] : [...part]);
}

Deno.test("process() passes bytes through as they are where framing is binary", async () => {
  await using talk = await Talk.open(process(["cat"], { framing: "binary" }));
  const bytes = [0, 10, 13, 255, 0xc3];
  talk.say(Uint8Array.from(bytes));
  const { connection } = talk;
  for (let count = 1; joined(connection.sent).length < bytes.length; count++) {
    await connection.count(count);
  }
  assertEquals(joined(connection.sent), bytes);
});

const IGNORED: [
  framing: "lines" | "binary",
  wrong: string | Uint8Array,
  right: string | Uint8Array,
][] = [
  ["lines", Uint8Array.of(0x78, 0x0a), "right"],
  ["binary", "wrong", new TextEncoder().encode("right\n")],
];
for (const [framing, wrong, right] of IGNORED) {
  Deno.test(`process() ignores messages of the other kind, and says so once, where framing is ${framing}`, async () => {
    using log = new CapturedLog("debug");
    await using talk = await Talk.open(process(sh("read -r line; echo $line"), { framing }));
    for (const message of [wrong, wrong, right]) talk.say(message);
    assertEquals(await talk.connection.closed, "1000");
    const text = framing === "lines"
      ? talk.connection.sent.join("|")
      : String.fromCharCode(...joined(talk.connection.sent)).trimEnd();
    assertEquals(text, "right");
    const [kind, taken] = framing === "lines" ? ["binary", "text"] : ["text", "binary"];
    assertEquals(log.messages.filter((line) => line.includes("websocket")), [
      `INFO websocket: Ignored a ${kind} message, and each that follows: only ${taken} is taken here`,
    ]);
  });
}

Deno.test("process() tells stdout from stderr where framing is streams", async () => {
  const script = 'echo "a \\"b\\""; echo é >&2; printf c; printf d >&2';
  await using talk = await Talk.open(process(sh(script), { framing: "streams" }));
  assertEquals(await talk.connection.closed, "1000");
  const messages = talk.connection.sent.map((text) => JSON.parse(String(text)));
  const of = (stream: string) =>
    messages.filter((message) => message.stream === stream).map((message) => message.data);
  assertEquals([of("stdout"), of("stderr")], [['a "b"', "c"], ["é", "d"]]);
  assertEquals(messages.length, 4);
  assertEquals(talk.connection.sent.includes('{"stream":"stderr","data":"é"}'), true);
});

Deno.test("process() takes text where framing is streams", async () => {
  await using talk = await Talk.open(process(["cat"], { framing: "streams" }));
  talk.say("a");
  assertEquals(await talk.connection.count(1), ['{"stream":"stdout","data":"a"}']);
});

for (const framing of ["lines", "binary"] as const) {
  Deno.test(`process() logs stderr line by line where framing is ${framing}`, async () => {
    using log = new CapturedLog("error");
    const script = "echo one >&2; echo >&2; printf 'last {x}' >&2";
    await using talk = await Talk.open(process(sh(script), { framing }));
    assertEquals(await talk.connection.closed, "1000");
    await talk[Symbol.asyncDispose]();
    assertEquals(talk.connection.sent, []);
    assertEquals(log.messages, ["ERROR stderr: one", "ERROR stderr: ", "ERROR stderr: last {x}"]);
  });
}

Deno.test("process() gives the program all that was said before the client left", async () => {
  const file = await Deno.makeTempFile();
  try {
    const talk = await Talk.open(process(sh(`exec cat > '${file}'`), PATIENT));
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    for (const line of lines) talk.say(line);
    await talk[Symbol.asyncDispose]();
    assertEquals((await Deno.readTextFile(file)).split("\n"), [...lines, ""]);
  } finally {
    await Deno.remove(file);
  }
});

const LEAVES: [script: string, after: string, options?: typeof PATIENT][] = [
  ["echo ready; exec cat", "stdin was closed", PATIENT],
  ["echo ready; exec sleep 600", "SIGINT"],
  ["trap '' INT; echo ready; exec sleep 600", "SIGTERM"],
  ["trap '' INT TERM; echo ready; while :; do sleep 600; done", "SIGKILL"],
];
for (const [script, after, options] of LEAVES) {
  Deno.test(`process() ends a program after ${after} when its client leaves: ${script}`, async () => {
    using log = new CapturedLog("debug");
    const talk = await Talk.open(process(sh(script), options));
    const pid = talk.admission.associated?.pid;
    await talk.connection.count(1);
    await talk[Symbol.asyncDispose]();
    assert(log.messages.includes(`DEBUG process: Process ${pid} terminated after ${after}`));
  });
}

Deno.test("process() closes with 1013 when more input waits than may, and logs what is lost", async () => {
  using log = new CapturedLog("error");
  const talk = await Talk.open(process(["sleep", "600"], { maxQueue: 100_000 }));
  const pid = Number(talk.admission.associated?.pid);
  talk.say("x".repeat(99_999));
  talk.say("");
  const reason = "Input comes faster than the process reads it: more than 100000 bytes wait";
  assertEquals(await talk.connection.closed, `1013 ${reason}`);
  // Not to wait until the server loses its patience.
  Deno.kill(pid, "SIGKILL");
  await talk[Symbol.asyncDispose]();
  assertEquals(log.messages[0], `ERROR process: ${reason} (process ${pid})`);
  assertMatch(
    log.messages[1] ?? "",
    new RegExp(`^ERROR process: Process ${pid} did not take \\d+ bytes from the client$`),
  );
});

Deno.test("process() does not read on while a client is behind", async () => {
  const connection = new FakeConnection();
  // It never gets better until the test says so.
  connection.bufferedAmount = Number.MAX_SAFE_INTEGER;
  const handler = process(sh("head -c 2000000 /dev/zero | tr '\\0' '\\n'; echo done >&2"));
  const talk = await Talk.open(handler, {}, connection);
  await connection.count(1);
  const early = connection.sent.length;
  connection.drain();
  assertEquals(await connection.closed, "1000");
  assert(early < 100_000, `${early} lines were sent to a client that is behind`);
  assertEquals(connection.sent.length, 2_000_000);
  await talk[Symbol.asyncDispose]();
});
