import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { type ClientOptions, clientOptionsOf } from "../../../lib/cli/connect/client_options.ts";
import type { Options } from "../../../lib/handlers/flags.ts";

const URL = "ws://localhost/";

Deno.test("clientOptionsOf() has lines, a second of quiet and no second attempt by default", () => {
  assertEquals(clientOptionsOf(URL, {}), {
    target: { url: URL, name: URL },
    headers: {},
    subprotocols: [],
    insecure: false,
    binary: false,
    compress: false,
    reconnect: false,
    quietMs: 1_000,
  });
});

const SET: [options: Options, part: Partial<ClientOptions>][] = [
  [{ binary: true }, { binary: true }],
  [{ reconnect: true }, { reconnect: true }],
  [{ "ssl-insecure": true }, { insecure: true }],
  [{ compress: true }, { compress: true }],
  [{ quietms: 0 }, { quietMs: 0 }],
  [{ send: ["a", "b\nc"] }, { messages: ["a", "b\nc"] }],
  [{ subprotocol: ["a", "b.c"] }, { subprotocols: ["a", "b.c"] }],
  [{ header: [["A", "1"], ["Cookie", "b=c"]] }, { headers: { A: ["1"], Cookie: ["b=c"] } }],
  [{ header: [["A", "1"], ["a", "2"]] }, { headers: { A: ["1", "2"] } }],
  [{ header: [["Host", "other"], ["Origin", "https://a"]] }, {
    headers: { Host: ["other"], Origin: ["https://a"] },
  }],
];
for (const [options, part] of SET) {
  Deno.test(`clientOptionsOf() takes ${JSON.stringify(options)}`, () => {
    const found = clientOptionsOf(URL, options, { version: "2.8.0" });
    assertEquals(found, { ...clientOptionsOf(URL, {}), ...part });
  });
}

const REFUSED: [options: Options, exitCode: number, says: string][] = [
  [{ send: ["a", ""] }, 1, '"" for --send'],
  [{ quietms: -1 }, 1, '"-1" for --quietms'],
  [{ quietms: 2 ** 31 }, 1, '"2147483648" for --quietms'],
  [{ subprotocol: ["a", "b", "a"] }, 2, '"a" for --subprotocol: it is there twice'],
  [{ header: [["Upgrade", "h2c"]] }, 1, "--header=Upgrade cannot be used with --connect"],
  [{ header: [["sec-websocket-key", "x"]] }, 1, "--header=sec-websocket-key cannot"],
  [{ header: [["Sec-WebSocket-Protocol", "x"]] }, 1, "use --subprotocol=NAME"],
];
for (const [options, exitCode, says] of REFUSED) {
  Deno.test(`clientOptionsOf() refuses ${JSON.stringify(options)}`, () => {
    const error = assertThrows(() => clientOptionsOf(URL, options), UsageError, says);
    assertEquals(error.exitCode, exitCode);
  });
}

Deno.test("clientOptionsOf() says what an older Deno cannot do", () => {
  assertThrows(
    () => clientOptionsOf(URL, { "ssl-insecure": true }, { version: "2.7.14" }),
    UsageError,
    "--ssl-insecure needs Deno 2.8 or later, and this is Deno 2.7.14",
  );
  assertThrows(
    () => clientOptionsOf("ws+unix:/run/x.sock", {}, { version: "2.6.10" }),
    UsageError,
    "A Unix socket in --connect needs Deno 2.8 or later, and this is Deno 2.6.10",
  );
  assertEquals(clientOptionsOf(URL, {}, { version: "2.6.10" }).insecure, false);
  assertEquals(clientOptionsOf(URL, { "ssl-insecure": true }, { version: "3.0.0" }).insecure, true);
});
