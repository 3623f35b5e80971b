import { assertEquals } from "@std/assert";
import { withTargetEncoded } from "../../lib/listen/parse_again.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a parser says of a chunk that it cannot read from the first byte beyond ASCII on. */
function errorOf(chunk: string | Uint8Array, at?: number) {
  const rawPacket = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
  const bytesParsed = at ?? rawPacket.findIndex((byte) => byte > 127);
  return Object.assign(new Error("Parse Error"), { rawPacket, bytesParsed });
}

const REST = " HTTP/1.1\r\nHost: h\r\nX: ü\r\n\r\n";
const CHUNKS: [what: string, chunk: string, encoded: string | undefined][] = [
  ["a path", `GET /ä€${REST}`, `GET /%C3%A4%E2%82%AC${REST}`],
  ["a query", `GET /a%20?ü=😀${REST}`, `GET /a%20?%C3%BC=%F0%9F%98%80${REST}`],
  ["a path behind another request", `GET / HTTP/1.1\r\n\r\nPUT /ü${REST}`, `PUT /%C3%BC${REST}`],
  ["a line that is not all there", "GET /ü", "GET /%C3%BC"],
  ["a method", `GÄT /${REST}`, undefined],
  ["a header", "GET / HTTP/1.1\r\nÜ: a\r\n\r\n", undefined],
  ["a version", "GET / HTTP/1.1ü\r\n\r\n", undefined],
];
for (const [what, chunk, encoded] of CHUNKS) {
  Deno.test(`withTargetEncoded() ${encoded ? "encodes" : "leaves alone"} ${what}`, () => {
    const bytes = withTargetEncoded(errorOf(chunk));
    assertEquals(bytes && decoder.decode(bytes), encoded);
  });
}

Deno.test("withTargetEncoded() leaves alone what is no UTF-8, or broke at another byte", () => {
  assertEquals(withTargetEncoded(errorOf(Uint8Array.of(71, 69, 84, 32, 47, 255, 32))), undefined);
  assertEquals(withTargetEncoded(errorOf("GET /a b ü HTTP/1.1\r\n", 7)), undefined);
  assertEquals(withTargetEncoded(new Error("Parse Error")), undefined);
});
