import { assertEquals } from "@std/assert";
import { brokenSentence } from "../../lib/listen/answer_broken.ts";

const HTTP = "GET echo HTTP/1.1\r\nAuthorization : Basic YTpi\r\n\r\n";
const MALFORMED = "Parse Error: Parse Error";

const SENTENCES: [sent: string, message: string, isFirst: boolean, sentence: string][] = [
  [HTTP, MALFORMED, true, 'Cannot read the request "GET echo HTTP/1.1": it is malformed'],
  [HTTP, "Parse Error", true, 'Cannot read the request "GET echo HTTP/1.1": it is malformed'],
  [
    HTTP,
    "Parse Error: Header overflow",
    true,
    'Cannot read the request "GET echo HTTP/1.1": Header overflow',
  ],
  [
    `GET /${"a".repeat(200)}`,
    MALFORMED,
    true,
    `Cannot read the request "GET /${"a".repeat(95)}": it is malformed`,
  ],
  // It may be anything: the rest of a body, or half of a password.
  [HTTP, MALFORMED, false, "Cannot read a request: it is malformed"],
  ["garbage\r\n\r\n", MALFORMED, true, "Cannot read a request: it is malformed"],
  ["", MALFORMED, true, "Cannot read a request: it is malformed"],
  [
    "\x16\x03\x01\x02",
    MALFORMED,
    true,
    "Cannot read a request: it speaks TLS, which is not spoken here",
  ],
];
for (const [sent, message, isFirst, sentence] of SENTENCES) {
  Deno.test(`brokenSentence() says of ${JSON.stringify(sent.slice(0, 30))} as the first ${isFirst}: ${message}`, () => {
    const rawPacket = new TextEncoder().encode(sent);
    const error = Object.assign(new Error(message), { code: "HPE_ERROR", rawPacket });
    assertEquals(brokenSentence(error, isFirst), sentence);
  });
}

Deno.test("brokenSentence() says of a request that takes too long that it does", () => {
  const error = Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
  assertEquals(
    brokenSentence(error, true),
    "Cannot read a request: it does not come in time",
  );
});
