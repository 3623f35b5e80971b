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
  ["//localhost/x", "ws://localhost/x"],
  // Without a scheme.
  ["localhost", "ws://localhost/"],
  ["localhost:8080", "ws://localhost:8080/"],
  ["localhost:8080/a?b=c", "ws://localhost:8080/a?b=c"],
  ["localhost?b", "ws://localhost/?b"],
  ["example.com/chat", "ws://example.com/chat"],
  ["example.com/chat:80", "ws://example.com/chat:80"],
  ["example.com:443/x", "wss://example.com/x"],
  ["example.com:80", "ws://example.com/"],
  ["bücher.example", "ws://xn--bcher-kva.example/"],
  ["127.0.0.1:8080", "ws://127.0.0.1:8080/"],
  ["[::1]", "ws://[::1]/"],
  ["[::1]:8080/x", "ws://[::1]:8080/x"],
  [":8080", "ws://localhost:8080/"],
  [":8080/x", "ws://localhost:8080/x"],
  [":443", "wss://localhost/"],
  ["me:secret@localhost:8080", "ws://me:secret@localhost:8080/", "ws://me@localhost:8080/"],
  ["me:secret@:8080", "ws://me:secret@localhost:8080/", "ws://me@localhost:8080/"],
  ["wss.example/x", "ws://wss.example/x"],
  ["ws://h/?access_token=s", "ws://h/?access_token=s", "ws://h/?access_token=***"],
  ["ws://me:secret@localhost/", "ws://me:secret@localhost/", "ws://me@localhost/"],
];
for (const [text, url, name = url] of READ) {
  Deno.test(`parseTarget() reads ${text}`, () => {
    assertEquals(parseTarget(text), { url, name });
  });
}

const REFUSED = [
  "",
  "/chat",
  "8080",
  "8080/x",
  "::1",
  "::1:8080",
  ":",
  ":x",
  ":99999",
  "?x",
  "localhost:x",
  "localhost 8080",
  "javascript:alert(1)",
  "localhost:8080/#fragment",
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

const HINTS: [text: string, hint: string][] = [
  ["8080/x", "for a port alone write :8080/x"],
  ["/run/x.sock", "for a Unix socket write ws+unix:/run/x.sock"],
  ["ws://a/#b", "a WebSocket has no fragment, write %23 for #"],
  ["ftp://a", "expected ws://HOST[:PORT]/PATH, wss://…, HOST[:PORT]/PATH, :PORT or ws+unix:SOCKET"],
];
for (const [text, hint] of HINTS) {
  Deno.test(`parseTarget() says what to write in place of ${text}`, () => {
    assertThrows(() => parseTarget(text), UsageError, hint);
  });
}
