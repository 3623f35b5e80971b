import { assert, assertEquals } from "@std/assert";
import { parseIp } from "../../lib/base/ip_address.ts";
import { Forwarding } from "../../lib/gate/proxy/forwarding.ts";
import { PreambleError } from "../../lib/listen/proxy_protocol/preamble.ts";
import { PreambleReader } from "../../lib/listen/proxy_protocol/preamble_reader.ts";
import { version2 } from "../listen/proxy_protocol/version2_bytes.ts";
import { chunksOf, mutate, mutateText } from "../support/mutate.ts";
import { numbers, oneOf } from "../support/numbers.ts";

const WORDS = [
  '"',
  "\\",
  ",",
  ";",
  "=",
  "for=",
  "proto=https",
  "10.0.0.1",
  "[::1]",
  ":80",
  "_x",
  "unknown",
  " ",
];

const LISTS = [
  "192.0.2.1, 10.0.0.2",
  "2001:db8::1,[2001:db8::2]:80",
  'for=192.0.2.1;proto=https;host="a.example:80", for=10.0.0.2',
  'for="[2001:db8::1]:1";by="\\"", for=_x',
  "https, http",
];

const KINDS = ["x-forwarded", "forwarded", "x-real-ip"] as const;

/**
 * Finds the client in headers that are broken, and in the same behind which a proxy has added one.
 *
 * @throws {Error} If that fails, finds no address, or another one than what the proxy has added.
 */
export function fuzzForwarding(seed: number): void {
  const random = numbers(seed);
  const proxyHeaders = oneOf(random, KINDS);
  const forwarding = new Forwarding({ trustProxy: ["10.0.0.0/8"], proxyHeaders });
  const peer = { address: "10.0.0.1", host: "10.0.0.1", port: "1" };
  const sent = () => mutateText(oneOf(random, LISTS), random, WORDS);
  const find = (list: string) => {
    const others = sent();
    const get = (name: string) => /-for$|^forwarded$|^x-real-ip$/.test(name) ? list : others;
    return forwarding.find(peer, { get })?.remote.address ?? "";
  };
  const list = sent();
  assert(parseIp(find(list)), `No address in ${JSON.stringify(list)}`);
  // Whatever a client has sent, it counts for nothing behind an untrusted hop.
  const added = proxyHeaders === "forwarded" ? 'for="203.0.113.9:1"' : "203.0.113.9";
  assertEquals(find(`${list}, ${added}`), "203.0.113.9", JSON.stringify(list));
}

const PREAMBLES = [
  new TextEncoder().encode("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"),
  new TextEncoder().encode("PROXY UNKNOWN\r\n"),
  version2(0x21, 0x11, [192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4, 0x20, 0, 5, 1, 0, 0, 0, 0]),
  version2(0x21, 0x21, [...Array(38).fill(1), 0, 0, 4, 0, 0]),
  version2(0x20, 0, []),
];

/**
 * Reads a preamble that is broken, and something behind it, cut twice at random.
 *
 * @throws {Error} If it finds something else where it is cut otherwise, or fails but with a `PreambleError`.
 */
export function fuzzPreambles(seed: number): void {
  const random = numbers(seed);
  const broken = mutate(oneOf(random, PREAMBLES), random, ["PROXY ", "\r\n", "TCP6 ", "::1", " "]);
  const bytes = Uint8Array.of(...broken, ...new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  assertEquals(readIn(chunksOf(bytes, random)), readIn(chunksOf(bytes, random)));
}

function readIn(chunks: readonly Uint8Array[]): unknown {
  const reader = new PreambleReader();
  try {
    for (const [at, chunk] of chunks.entries()) {
      const found = reader.push(chunk);
      if (!found) continue;
      const rest = [...found.rest, ...chunks.slice(at + 1).flatMap((other) => [...other])];
      return { preamble: found.preamble, rest };
    }
    return reader.length;
  } catch (error) {
    assert(error instanceof PreambleError, `${error}`);
    return error.message;
  }
}
