import { assertEquals, assertThrows } from "@std/assert";
import { admissionHeaders } from "../../lib/gate/admission_headers.ts";

const TAKEN: [init: HeadersInit | undefined, headers: [string, string][]][] = [
  [undefined, []],
  [{}, []],
  [{ "X-A": "b", "X-Empty": "" }, [["X-A", "b"], ["X-Empty", ""]]],
  [[["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]], [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]],
  [new Headers([["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]), [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]],
  [{ "X-A": " \tb c " }, [["X-A", "b c"]]],
];
for (const [init, headers] of TAKEN) {
  const what = init instanceof Headers ? "Headers" : JSON.stringify(init);
  Deno.test(`admissionHeaders() takes ${what}`, () => {
    assertEquals(admissionHeaders(init), headers);
  });
}

const REFUSED: [init: unknown, message: string][] = [
  ...[
    "Connection",
    "UPGRADE",
    "keep-alive",
    "Transfer-Encoding",
    "Content-Length",
    "Sec-WebSocket-Accept",
    "sec-websocket-protocol",
    "Sec-WebSocket-Extensions",
  ].map((name): [unknown, string] => [
    { [name]: "a" },
    `An admission cannot have the header "${name}": it is the server's to say`,
  ]),
  [{ "X-A": "b\r\nX-Evil: c" }, 'the header "X-A": its value is "b\\r\\nX-Evil: c"'],
  [{ "X-A": "b\0" }, 'the header "X-A": its value is'],
  [{ "X-A": "ü" }, 'the header "X-A": its value is "ü"'],
  [{ "X A": "b" }, 'the header "X A": '],
  [{ "X-A\r\n": "b" }, "An admission cannot have the header "],
  [{ "": "b" }, 'the header "": '],
  [[["X-A", "b", "c"]], "A header of an admission is a name and a value"],
  ["X-A: b", 'The headers of an admission cannot be "X-A: b"'],
  [null, "The headers of an admission cannot be null"],
];
for (const [init, message] of REFUSED) {
  Deno.test(`admissionHeaders() refuses ${JSON.stringify(init)}`, () => {
    assertThrows(() => admissionHeaders(init as HeadersInit), TypeError, message);
  });
}
