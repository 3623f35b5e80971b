import { assertEquals } from "@std/assert";
import { type Entry, formatDate, formatJson, formatText } from "../../lib/base/log_format.ts";

const TIME = Date.UTC(2018, 0, 19, 1, 46, 8, 123);

function entry(changes: Partial<Entry>): Entry {
  return {
    time: TIME,
    level: "access",
    category: "session",
    associated: {},
    message: "CONNECT",
    ...changes,
  };
}

Deno.test("formatText() writes the values in websocketd's order, whatever order they came in", () => {
  const associated = {
    pid: "17",
    origin: "http://page",
    command: "/bin/cat",
    remote: "192.0.2.1",
    id: "id-1",
    url: "http://host/path",
  };
  assertEquals(
    formatText(entry({ associated })),
    `${formatDate(TIME)} | ACCESS | session    | url:'http://host/path' id:'id-1' ` +
      "remote:'192.0.2.1' command:'/bin/cat' origin:'http://page' pid:'17' | CONNECT\n",
  );
});

const LINES: [changes: Partial<Entry>, rest: string][] = [
  [{}, "ACCESS | session    |  | CONNECT"],
  [{ level: "info", category: "server" }, "INFO   | server     |  | CONNECT"],
  [{ level: "fatal", category: "http" }, "FATAL  | http       |  | CONNECT"],
  [{ level: "debug", category: "websocket" }, "DEBUG  | websocket  |  | CONNECT"],
  [{ level: "error", category: "stderr" }, "ERROR  | stderr     |  | CONNECT"],
  [{ level: "trace", category: "process" }, "TRACE  | process    |  | CONNECT"],
  [{ associated: { id: "1" } }, "ACCESS | session    | id:'1' | CONNECT"],
  [{ associated: { id: "" } }, "ACCESS | session    | id:'' | CONNECT"],
  [{ message: "a | b" }, "ACCESS | session    |  | a | b"],
  [{ message: "" }, "ACCESS | session    |  | "],
];
for (const [changes, rest] of LINES) {
  Deno.test(`formatText() writes ${rest}`, () => {
    assertEquals(formatText(entry(changes)), `${formatDate(TIME)} | ${rest}\n`);
  });
}

const ESCAPED: [text: string, escaped: string][] = [
  ["a\nb", "a\\nb"],
  ["a\r\nb", "a\\r\\nb"],
  ["a\0b", "a\\x00b"],
  ["\x1b[31mred", "\\x1b[31mred"],
  ["\x07\x08\x0b\x0c", "\\x07\\x08\\x0b\\x0c"],
  ["\x7f", "\\x7f"],
  ["\x80\x85\x9b\x9f", "\\x80\\x85\\x9b\\x9f"],
  ["tab\tstays", "tab\tstays"],
  ["é ü 一 😀 \u00a0", "é ü 一 😀 \u00a0"],
];
for (const [text, escaped] of ESCAPED) {
  Deno.test(`formatText() writes ${JSON.stringify(text)} on one line, safe for a terminal`, () => {
    const line = formatText(entry({ message: text, associated: { url: text } }));
    assertEquals(line.split(" | ").slice(3), [`url:'${escaped}'`, `${escaped}\n`]);
  });
}

Deno.test("formatText() keeps what a client says between its quotes", () => {
  const line = formatText(entry({ associated: { url: "http://a/' pid:'1" } }));
  assertEquals(line.split(" | ")[3], "url:'http://a/\\' pid:\\'1'");
});

Deno.test("formatJson() writes the same as one object with the time in UTC", () => {
  const line = formatJson(entry({ associated: { url: "http://a/", pid: "1" } }));
  assertEquals(
    line,
    '{"time":"2018-01-19T01:46:08.123Z","level":"access","category":"session",' +
      '"url":"http://a/","pid":"1","message":"CONNECT"}\n',
  );
});

Deno.test("formatJson() keeps what a client says in its own field", () => {
  const text = 'a\n"b", "level": "fatal"\u2028\x1b';
  const line = formatJson(entry({ message: text, associated: { origin: text } }));
  assertEquals(line.indexOf("\n"), line.length - 1);
  const { message, origin, level } = JSON.parse(line);
  assertEquals({ message, origin, level }, { message: text, origin: text, level: "access" });
});

Deno.test("formatText() lets no value end its own quotes", () => {
  const associated = { url: "http://a/'b", origin: "x\\' pid:'1" };
  const line = formatText({
    time: 0,
    level: "access",
    category: "session",
    associated,
    message: "",
  });
  assertEquals(line.split(" | ")[3], "url:'http://a/\\'b' origin:'x\\\\\\' pid:\\'1'");
});

Deno.test("formatJson() writes control characters as escapes, and they parse back", () => {
  const message = "\x1b[1m \x7f \x9b31m";
  const line = formatJson({ time: 0, level: "error", category: "stderr", associated: {}, message });
  const codes = Array.from(line.trimEnd(), (char) => char.charCodeAt(0));
  assertEquals(codes.filter((code) => code < 0x20 || (code >= 0x7f && code <= 0x9f)), []);
  assertEquals(JSON.parse(line).message, message);
});
