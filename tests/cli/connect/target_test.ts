import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { parseTarget } from "../../../lib/cli/connect/target.ts";

const READ: [text: string, url: string, name?: string][] = [
  ["ws://localhost", "ws://localhost/"],
  ["ws://localhost:8080/a?b=c", "ws://localhost:8080/a?b=c"],
  ["wss://example.com/x", "wss://example.com/x"],
  ["http://localhost:8080/x", "ws://localhost:8080/x"],
  ["https://example.com", "wss://example.com/"],
  ["HTTP://LOCALHOST:80/", "ws://localhost/"],
  ["ws://[::1]:8080/", "ws://[::1]:8080/"],
  ["ws+unix:/run/x.sock", "ws+unix:/run/x.sock"],
  ["ws+unix:/run/x.sock:/a?b", "ws+unix:/run/x.sock:/a?b"],
  ["ws://me:secret@localhost/", "ws://me:secret@localhost/", "ws://me@localhost/"],
];
for (const [text, url, name = url] of READ) {
  Deno.test(`parseTarget() reads ${text}`, () => {
    assertEquals(parseTarget(text), { url, name });
  });
}

const REFUSED = [
  "",
  "localhost",
  "localhost:8080",
  "/chat",
  "//localhost/",
  "ws:",
  "ws://",
  "ws://a b/",
  "ws://localhost:99999/",
  "ftp://localhost/",
  "file:///run/x.sock",
  "ws+unix:",
  "ws://localhost/#fragment",
];
for (const text of REFUSED) {
  Deno.test(`parseTarget() refuses ${JSON.stringify(text)} with exit code 2`, () => {
    const error = assertThrows(() => parseTarget(text), UsageError, `"${text}" for --connect: `);
    assertEquals(error.exitCode, 2);
  });
}
