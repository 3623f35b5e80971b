import { assertEquals } from "@std/assert";
import { configureLog, type Level, LEVELS, Log } from "../../lib/base/log.ts";
import { CapturedLog } from "./captured_log.ts";

function writeAll(log: Log): void {
  for (const level of LEVELS) log.write(level, "server", level);
}

for (const [index, level] of LEVELS.entries()) {
  Deno.test(`Log writes at level ${level} what matters as much or more`, () => {
    using captured = new CapturedLog(level);
    writeAll(new Log());
    const expected = LEVELS.slice(index).map((name) => `${name.toUpperCase()} server: ${name}`);
    assertEquals(captured.messages, expected);
  });
}

const METHODS: [method: Level, line: string][] = [
  ["debug", "DEBUG env: text"],
  ["trace", "TRACE env: text"],
  ["access", "ACCESS env: text"],
  ["info", "INFO env: text"],
  ["error", "ERROR env: text"],
  ["fatal", "FATAL env: text"],
];
for (const [method, line] of METHODS) {
  Deno.test(`Log.${method}() writes a line of that level`, () => {
    using captured = new CapturedLog();
    new Log()[method]("env", "text");
    assertEquals(captured.messages, [line]);
  });
}

Deno.test("Log.enabled() tells which levels would be written", () => {
  using _captured = new CapturedLog("info");
  const log = new Log();
  const enabled = LEVELS.filter((level) => log.enabled(level));
  assertEquals<readonly string[]>(enabled, ["info", "error", "fatal"]);
});

const TEXTS = ["{level}", "{{double}}", "{associated} {category}", "%s %d %c", "a {", "\\{x}"];
for (const text of TEXTS) {
  Deno.test(`Log writes ${text} as it is`, () => {
    using captured = new CapturedLog();
    new Log({ url: text }).info("session", text);
    const [, , , values, message] = captured.lines[0]?.split(" | ") ?? [];
    assertEquals([values, message], [`url:'${text.replace("\\", "\\\\")}'`, text]);
  });
}

Deno.test("Log.with() makes a log that knows more and leaves the first as it was", () => {
  using captured = new CapturedLog();
  const first = new Log({ id: "1", remote: "a" });
  const second = first.with({ pid: "7", remote: "b" });
  second.info("process", "second");
  first.info("process", "first");
  const values = captured.lines.map((line) => line.split(" | ")[3]);
  assertEquals(values, ["id:'1' remote:'b' pid:'7'", "id:'1' remote:'a'"]);
});

Deno.test("configureLog() ends every line and writes each once", () => {
  const chunks: string[] = [];
  using _captured = new CapturedLog();
  const log = new Log();
  configureTwice(chunks);
  log.info("server", "one");
  log.info("http", "two");
  assertEquals(chunks.map((chunk) => chunk.split(" | ").at(-1)), ["one\n", "two\n"]);
});

Deno.test("configureLog() writes one JSON object a line where it is asked to", () => {
  using captured = new CapturedLog("access", "json");
  new Log({ id: "1" }).access("session", "CONNECT");
  new Log().trace("session", "not this");
  assertEquals(captured.lines.length, 1);
  const { time, ...rest } = JSON.parse(captured.lines[0] ?? "");
  assertEquals(rest, { level: "access", category: "session", id: "1", message: "CONNECT" });
  assertEquals(new Date(time).toISOString(), time);
});

function configureTwice(chunks: string[]): void {
  // A program that embeds the library may change its mind.
  configureLog({ level: "fatal", write: () => chunks.push("of the first\n") });
  configureLog({ level: "debug", write: (line) => chunks.push(line) });
}
