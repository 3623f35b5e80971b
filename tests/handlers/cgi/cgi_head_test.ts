import { assertEquals, assertThrows } from "@std/assert";
import { CgiHeadError, parseHead } from "../../../lib/handlers/cgi/cgi_head.ts";

const TYPE = "Content-Type: text/plain\n";

const STATUSES: [block: string, status: number][] = [
  [TYPE, 200],
  [`${TYPE}Status: 404 Not Found\n`, 404],
  [`Status: 404 Not Found\n${TYPE}`, 404],
  ["Status: 204\n", 204],
  ["STATUS:\t 599 \n", 599],
  ["status:200\n", 200],
  ["Status: 404\nStatus: 500\n", 500],
  ["Location: http://example.com/\n", 302],
  ["Location: /local/path?query\n", 302],
  ["Location: http://example.com/\nStatus: 301 Moved\n", 301],
  [`Location: http://example.com/\n${TYPE}`, 302],
  [`${TYPE}Status: 201 Created\nLocation: /new\n`, 201],
];
for (const [block, status] of STATUSES) {
  Deno.test(`parseHead() has status ${status} for ${JSON.stringify(block)}`, () => {
    assertEquals(parseHead(block).status, status);
  });
}

const HEADERS: [block: string, headers: [name: string, value: string][]][] = [
  ["Content-Type: text/plain\n\n", []],
  ["Content-Type: text/plain\r\n\r\n", []],
  ["X-A: 1\r\nX-B: 2\nX-C: 3\r\n\n", [["x-a", "1"], ["x-b", "2"], ["x-c", "3"]]],
  ["X-Empty:\n", [["x-empty", ""]]],
  ["X-Space: \t a \t b \t\n", [["x-space", "a \t b"]]],
  ["X-Colon: a:b: c\n", [["x-colon", "a:b: c"]]],
  ["X-Bytes: \xc3\xbc\xff\n", [["x-bytes", "\xc3\xbc\xff"]]],
  ["!#$%&'*+-.^_`|~09AZaz: 1\n", [["!#$%&'*+-.^_`|~09azaz", "1"]]],
  ["Set-Cookie: a=1\nX-A: 1\nSet-Cookie: b=2\n", [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
    ["x-a", "1"],
  ]],
  ["X-A: 1\nX-A: 2\n", [["x-a", "1, 2"]]],
  ["Content-Type: text/html\n", [["content-type", "text/html"]]],
  ["Location: /a\nLocation: /b\n", [["location", "/b"]]],
  ["Status: 200 OK\n", []],
  ["Connection: close\nX-A: 1\n", [["x-a", "1"]]],
  ["Keep-Alive: timeout=5\nProxy-Connection: close\nTE: trailers\nTrailer: X-A\n", []],
  ["Transfer-Encoding: chunked\ntransfer-encoding: gzip\nUPGRADE: websocket\n", []],
];
for (const [block, expected] of HEADERS) {
  Deno.test(`parseHead() has the headers of ${JSON.stringify(block)}`, () => {
    const typed = /content-type: text\/html/i.test(block) || /location/i.test(block);
    const headers = [...parseHead(typed ? block : TYPE + block).headers];
    const found = typed ? headers : headers.filter(([name]) => name !== "content-type");
    assertEquals(found, expected);
  });
}

const LENGTHS: [block: string, length: number | undefined][] = [
  ["", undefined],
  ["Content-Length: 0\n", 0],
  ["content-length: 12\n", 12],
  ["Content-Length: 012\n", 12],
  ["Content-Length: 5\nContent-Length: 6\n", 6],
  ["Content-Length:\n", undefined],
  ["Content-Length: -1\n", undefined],
  ["Content-Length: +1\n", undefined],
  ["Content-Length: 1e3\n", undefined],
  ["Content-Length: 0x10\n", undefined],
  ["Content-Length: 5, 5\n", undefined],
  ["Content-Length: 99999999999999999999\n", undefined],
  ["Content-Length: 5\nStatus: 204\n", undefined],
  ["Content-Length: 5\nStatus: 205\n", undefined],
  ["Content-Length: 5\nStatus: 304\n", 5],
];
for (const [block, length] of LENGTHS) {
  Deno.test(`parseHead() has length ${length} for ${JSON.stringify(block)}`, () => {
    const head = parseHead(TYPE + block);
    assertEquals(head.length, length);
    assertEquals(head.headers.has("content-length"), length !== undefined);
  });
}

const REFUSED: [block: string, message: string][] = [
  ["", "There are no headers"],
  ["\n", "There are no headers"],
  ["\r\n", "There are no headers"],
  ["X-A: 1\n", "neither Content-Type nor Status nor Location"],
  ["Connection: close\n", "neither Content-Type nor Status nor Location"],
  [`${TYPE}garbage\n`, 'has no colon: "garbage"'],
  ["<html>\n", 'has no colon: "<html>"'],
  [`${TYPE}: value\n`, "no valid name"],
  [`${TYPE}X A: 1\n`, "no valid name"],
  [`${TYPE}X-A : 1\n`, "no valid name"],
  [`${TYPE} folded: 1\n`, "no valid name"],
  [`${TYPE}X-\xfc: 1\n`, "no valid name"],
  [`${TYPE}X\0A: 1\n`, "no valid name"],
  [`${TYPE}X-A: 1\rX-B: 2\n`, "control character"],
  [`${TYPE}X-A: 1\r\r\n`, "control character"],
  [`${TYPE}X-A: a\0b\n`, "control character"],
  [`${TYPE}X-A: \x1b[31m\n`, '\\u001b[31m"'],
  [`${TYPE}X-A: \x7f\n`, "control character"],
  ["Status: \n", "not a number from 200 to 599"],
  ["Status: OK\n", 'not a number from 200 to 599: "OK"'],
  ["Status: 20\n", "not a number"],
  ["Status: 2000\n", "not a number"],
  ["Status: 200OK\n", "not a number"],
  ["Status: 0x200\n", "not a number"],
  ["Status: 100 Continue\n", "not a number"],
  ["Status: 101 Switching Protocols\n", "not a number"],
  ["Status: 199\n", "not a number"],
  ["Status: 600\n", "not a number"],
  ["HTTP/1.1 200 OK\n", "has no colon"],
  [`${"x".repeat(200)}\n`, `"${"x".repeat(100)}…"`],
];
for (const [block, message] of REFUSED) {
  Deno.test(`parseHead() refuses ${JSON.stringify(block.slice(0, 60))}`, () => {
    assertThrows(() => parseHead(block), CgiHeadError, message);
  });
}
