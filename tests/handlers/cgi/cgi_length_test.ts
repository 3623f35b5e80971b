import { assertEquals, assertRejects } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import { bodyLength } from "../../../lib/handlers/cgi/cgi_length.ts";

function bodyOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream();
}

const LENGTHS: [headers: Record<string, string>, body: string | null, length: unknown][] = [
  [{}, null, undefined],
  [{}, "", undefined],
  [{}, "body", "unknown"],
  [{ "Content-Length": "4" }, "body", 4],
  [{ "Content-Length": "0" }, "", 0],
  [{ "Content-Length": "0" }, null, 0],
  [{ "Content-Length": "4" }, null, 0],
  [{ "Transfer-Encoding": "chunked" }, "body", "unknown"],
  [{ "Transfer-Encoding": "chunked", "Content-Length": "4" }, "body", "unknown"],
];
for (const [headers, body, length] of LENGTHS) {
  Deno.test(`bodyLength() is ${length} for ${JSON.stringify([headers, body])}`, async () => {
    const stream = body === null ? null : bodyOf(body);
    assertEquals(await bodyLength(new Headers(headers), stream), length);
    await stream?.cancel();
  });
}

Deno.test("bodyLength() is undefined for a body of empty chunks", async () => {
  const body = ReadableStream.from([new Uint8Array(), new Uint8Array()]);
  assertEquals(await bodyLength(new Headers(), body), undefined);
});

for (const value of ["", "-1", "+4", "4, 4", "1e1", "0x4", "99999999999999999999"]) {
  Deno.test(`bodyLength() refuses Content-Length: ${value}`, async () => {
    const headers = new Headers({ "Content-Length": value });
    const error = await assertRejects(() => bodyLength(headers, null), HandshakeError);
    assertEquals(error.status, 400);
  });
}
