import { assertEquals, assertThrows } from "@std/assert";
import { PreambleError } from "../../../lib/listen/proxy_protocol/preamble.ts";
import { PreambleReader } from "../../../lib/listen/proxy_protocol/preamble_reader.ts";
import { version2 } from "./version2_bytes.ts";

const encoder = new TextEncoder();

type Bytes = readonly number[];

const V4: Bytes = [192, 0, 2, 1, 192, 0, 2, 2, 0x12, 0x34, 1, 0xbb];
const V6: Bytes = [32, 1, 13, 184, ...zeros(11), 1, ...zeros(16)];
const UNIX: Bytes = zeros(216);
/** The parts of TLS: the client's bit, what was verified, and a version in a part of its own. */
const TLS: Bytes = [0x20, 0, 11, 1, 0, 0, 0, 0, 0x21, 0, 3, 0x31, 0x2e, 0x33];
const NO_TLS: Bytes = [0x20, 0, 5, 0, 0, 0, 0, 0];
const OTHER: Bytes = [0x04, 0, 3, 0, 0, 0, 0x02, 0, 1, 0x61];

const tcp = (hostname: string, port: number) => ({ source: { transport: "tcp", hostname, port } });

const GOOD: [what: string, bytes: Uint8Array, preamble: unknown][] = [
  ["TCP4", line("TCP4 192.0.2.1 192.0.2.2 4660 443"), tcp("192.0.2.1", 4660)],
  ["TCP6", line("TCP6 2001:DB8::1 ::1 65535 0"), tcp("2001:db8::1", 65535)],
  ["UNKNOWN", line("UNKNOWN"), {}],
  ["UNKNOWN with addresses", line("UNKNOWN ffff::1 ffff::2 65535 65535"), {}],
  ["the longest line", line(`UNKNOWN ${"x".repeat(107 - 16)}`), {}],
  ["LOCAL", version2(0x20, 0x00, []), {}],
  ["LOCAL with addresses", version2(0x20, 0x11, V4), {}],
  ["IPv4", version2(0x21, 0x11, V4), tcp("192.0.2.1", 0x1234)],
  ["IPv6", version2(0x21, 0x21, [...V6, 0, 80, 1, 0xbb]), tcp("2001:db8::1", 80)],
  ["a Unix socket", version2(0x21, 0x31, UNIX), { source: { transport: "unix", path: "" } }],
  ["no family", version2(0x21, 0x00, []), {}],
  ["no family, and parts", version2(0x21, 0x00, TLS), { secure: true }],
  ["a family that nobody knows", version2(0x21, 0x41, [1, 2, 3]), {}],
  ["datagrams", version2(0x21, 0x12, V4), {}],
  ["parts", version2(0x21, 0x11, [...V4, ...OTHER]), tcp("192.0.2.1", 0x1234)],
  ["TLS", version2(0x21, 0x11, [...V4, ...OTHER, ...TLS]), {
    ...tcp("192.0.2.1", 0x1234),
    secure: true,
  }],
  ["no TLS", version2(0x21, 0x11, [...V4, ...NO_TLS, ...OTHER]), {
    ...tcp("192.0.2.1", 0x1234),
    secure: false,
  }],
  ["64 KiB of parts", version2(0x21, 0x11, [...V4, 4, 0xff, 0xf0, ...zeros(0xfff0)]), {
    ...tcp("192.0.2.1", 0x1234),
  }],
];
const REST = encoder.encode("PROXY GET / HTTP/1.1\r\n\r\n");
for (const [what, bytes, preamble] of GOOD) {
  Deno.test(`PreambleReader reads ${what}, and leaves what follows, wherever it is cut`, () => {
    const all = Uint8Array.of(...bytes, ...REST);
    const cuts = bytes.length > 1_000 ? [1, 16, 300] : all.keys();
    for (const cut of cuts) assertEquals(read(all, [cut]), { preamble, rest: REST });
    assertEquals(read(all, all.keys()), { preamble, rest: REST });
  });
}

const BAD: [what: string, bytes: Uint8Array, says: string][] = [
  ["a request", encoder.encode("GET / HTTP/1.1\r\n"), "there is none"],
  ["TLS", Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0), "there is none"],
  ["small letters", encoder.encode("proxy TCP4 "), "there is none"],
  ["a signature that is broken", encoder.encode("\r\n\r\n\0\r\nQUIZ\n"), "there is none"],
  ["no port", line("TCP4 192.0.2.1 192.0.2.2 1"), "its line is"],
  ["a port too large", line("TCP4 192.0.2.1 192.0.2.2 65536 1"), "its line is"],
  ["a port with a zero", line("TCP4 192.0.2.1 192.0.2.2 01 1"), "its line is"],
  ["two spaces", line("TCP4  192.0.2.1 192.0.2.2 1 1"), "its line is"],
  ["a space behind", line("TCP4 192.0.2.1 192.0.2.2 1 1 "), "its line is"],
  ["another family", line("TCP4 ::1 ::1 1 1"), "its line is"],
  ["mixed families", line("TCP6 ::1 192.0.2.1 1 1"), "its line is"],
  ["UDP", line("UDP4 192.0.2.1 192.0.2.2 1 1"), "its line is"],
  ["a name", line("TCP4 localhost 192.0.2.2 1 1"), "its line is"],
  ["a line feed alone", encoder.encode("PROXY UNKNOWN\n"), "its line is"],
  ["a line too long", line(`UNKNOWN ${"x".repeat(107 - 15)}`), "its line has more than 107 bytes"],
  ["a line without an end", encoder.encode("PROXY ".padEnd(200, "x")), "more than 107 bytes"],
  ["version 3", version2(0x31, 0x11, V4), "its version is 3"],
  ["another command", version2(0x22, 0x11, V4), "its command is 2"],
  ["IPv4 cut off", version2(0x21, 0x11, V4.slice(1)), "too short for its addresses"],
  ["IPv6 cut off", version2(0x21, 0x21, V6), "too short for its addresses"],
  ["a Unix socket cut off", version2(0x21, 0x31, UNIX.slice(1)), "too short for its addresses"],
  ["a part cut off", version2(0x21, 0x11, [...V4, 4, 0]), "a part is cut off"],
  ["a part too long", version2(0x21, 0x11, [...V4, 4, 0, 2, 1]), "a part is cut off"],
];
for (const [what, bytes, says] of BAD) {
  Deno.test(`PreambleReader refuses ${what}, wherever it is cut`, () => {
    for (const cut of bytes.keys()) assertThrows(() => read(bytes, [cut]), PreambleError, says);
    assertThrows(() => read(bytes, bytes.keys()), PreambleError, says);
  });
}

Deno.test("PreambleReader waits for the rest of what has begun", () => {
  for (const [, bytes] of GOOD) {
    if (bytes.length > 1_000) continue;
    for (const cut of bytes.keys()) {
      assertEquals(new PreambleReader().push(bytes.subarray(0, cut)), undefined);
    }
  }
});

function line(text: string): Uint8Array {
  return encoder.encode(`PROXY ${text}\r\n`);
}

function zeros(count: number): number[] {
  return Array<number>(count).fill(0);
}

/** Reads bytes that come in chunks. */
function read(bytes: Uint8Array, cuts: Iterable<number>): unknown {
  const reader = new PreambleReader();
  let at = 0;
  for (const end of [...cuts, bytes.length]) {
    const found = reader.push(bytes.slice(at, end));
    at = end;
    if (found) return { ...found, rest: Uint8Array.of(...found.rest, ...bytes.subarray(at)) };
  }
  return undefined;
}
