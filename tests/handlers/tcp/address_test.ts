import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { parseTcpAddress, type TcpAddress } from "../../../lib/handlers/tcp/address.ts";

const READ: [text: string, address: TcpAddress][] = [
  ["127.0.0.1:5900", { transport: "tcp", hostname: "127.0.0.1", port: 5900 }],
  ["[::1]:5900", { transport: "tcp", hostname: "::1", port: 5900 }],
  ["localhost:1", { transport: "tcp", hostname: "localhost", port: 1 }],
  ["db_1.example.com:65535", { transport: "tcp", hostname: "db_1.example.com", port: 65535 }],
  ["unix:/run/x.sock", { transport: "unix", path: "/run/x.sock" }],
  ["unix:x.sock", { transport: "unix", path: "x.sock" }],
  ["unix:/a b:1", { transport: "unix", path: "/a b:1" }],
];
for (const [text, address] of READ) {
  Deno.test(`parseTcpAddress() reads ${text}`, () => {
    assertEquals(parseTcpAddress(text), address);
  });
}

const REFUSED = [
  "",
  "127.0.0.1",
  "5900",
  ":5900",
  "localhost:",
  "localhost:0",
  "localhost:65536",
  "localhost:http",
  "localhost:-1",
  "::1:5900",
  "[::1]",
  "[::x]:5900",
  "[]:5900",
  "a b:5900",
  "a/b:5900",
  "user@host:5900",
  "*:5900",
  "http://localhost:5900",
  "unix:",
  "unix:a\0b",
];
for (const text of REFUSED) {
  Deno.test(`parseTcpAddress() refuses ${JSON.stringify(text)} and says what it takes`, () => {
    const error = assertThrows(() => parseTcpAddress(text), UsageError, `"${text}"`);
    assertEquals(error.exitCode, 1);
    assertEquals(error.message.endsWith("expected HOST:PORT, [IPv6]:PORT or unix:PATH"), true);
  });
}

for (const text of ["{host}:5900", "127.0.0.1:{port}", "unix:/run/{name}.sock", "{{host}}:1"]) {
  Deno.test(`parseTcpAddress() refuses a placeholder: ${text}`, () => {
    assertThrows(
      () => parseTcpAddress(text),
      UsageError,
      `"${text}" of tcp: it cannot have {name}`,
    );
  });
}
