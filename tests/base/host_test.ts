import { assertEquals } from "@std/assert";
import { isLoopback, splitHostPort } from "../../lib/base/host.ts";

const PLAIN: [text: string, host: string, port: string][] = [
  ["example.com", "example.com", "80"],
  ["example.com:8080", "example.com", "8080"],
  ["example.com:80", "example.com", "80"],
  ["example.com:443", "example.com", "443"],
  ["localhost:0", "localhost", "0"],
  ["192.0.2.1", "192.0.2.1", "80"],
  ["192.0.2.1:81", "192.0.2.1", "81"],
  ["[::1]", "::1", "80"],
  ["[::1]:8080", "::1", "8080"],
  ["[2001:db8::7%25eth0]:81", "2001:db8::7%25eth0", "81"],
  ["Example.COM", "Example.COM", "80"],
];
for (const [text, host, port] of PLAIN) {
  Deno.test(`splitHostPort() takes ${text} apart`, () => {
    assertEquals(splitHostPort(text, false), { host, port });
  });
}

const SECURE: [text: string, port: string][] = [
  ["example.com", "443"],
  ["[::1]", "443"],
  ["example.com:80", "80"],
  ["[::1]:8443", "8443"],
];
for (const [text, port] of SECURE) {
  Deno.test(`splitHostPort() finds port ${port} in ${text} over TLS`, () => {
    assertEquals(splitHostPort(text, true)?.port, port);
  });
}

const NEITHER = [
  "::1",
  "a:b",
  "example.com:8080x",
  "example.com:-1",
  "example.com:80:81",
  "[::1",
  "[::1]8080",
  "[::1]:x",
  "http://example.com",
];
for (const text of NEITHER) {
  Deno.test(`splitHostPort() answers undefined for ${text}`, () => {
    assertEquals(splitHostPort(text, false), undefined);
  });
}

const ADDRESSES: [hostname: string, own: boolean][] = [
  ["127.0.0.1", true],
  ["127.255.0.9", true],
  ["::1", true],
  ["LocalHost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["1127.0.0.1", false],
  ["127.0.0.1.example", false],
  ["localhost.example", false],
];
for (const [hostname, own] of ADDRESSES) {
  Deno.test(`isLoopback() takes ${hostname} for ${own ? "this machine" : "any"}`, () => {
    assertEquals(isLoopback(hostname), own);
  });
}
