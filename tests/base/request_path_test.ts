import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { type IncomingRequest, snapshot } from "../../lib/base/request.ts";

function take(target: string): IncomingRequest {
  return snapshot({ method: "GET", target, headers: new Headers() }, {
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 5 },
  });
}

const DECODED: [target: string, path: string][] = [
  ["/a%20b", "/a b"],
  ["/%2e%2e/a", "/../a"],
  ["/a%2Fb", "/a/b"],
  ["/a%2fb", "/a/b"],
  ["/%3Fa", "/?a"],
  ["/%25zz", "/%zz"],
  ["/%25%32%30", "/%20"],
  ["/%0A", "/\n"],
  ["/%C3%A9", "/é"],
  ["/%E4%B8%80", "/一"],
  ["/%F0%9F%98%80", "/😀"],
  ["/%C3%83%C2%A9", "/Ã©"],
  ["/%EF%BB%BFa", "/\ufeffa"],
  // What is not UTF-8 becomes U+FFFD.
  ["/%ff", "/\ufffd"],
  ["/a%c3", "/a\ufffd"],
  ["/%C3%28", "/\ufffd("],
  ["/%C3%A9%ff", "/é\ufffd"],
  ["/%ED%A0%80", "/\ufffd\ufffd\ufffd"],
  ["/%ff%20", "/\ufffd "],
  // Beside what came unencoded.
  ["/é%20", "/é "],
  ["/é%ff", "/é\ufffd"],
  ["/一%ff", "/一\ufffd"],
  ["/😀%ff%C3%A9", "/😀\ufffdé"],
];
for (const [target, path] of DECODED) {
  Deno.test(`snapshot() decodes ${target} to ${JSON.stringify(path)}`, () => {
    assertEquals(take(target).path, path);
  });
}

const REFUSED = ["/%zz", "/%", "/%a", "/a%4", "/%%20", "/%ff%zz", "/%u0041", "/%00", "/%ff%00"];
for (const target of REFUSED) {
  Deno.test(`snapshot() refuses ${target} with 400`, () => {
    const error = assertThrows(() => take(target), HandshakeError, target);
    assertEquals(error.status, 400);
  });
}

Deno.test("snapshot() decodes the path only, not the query", () => {
  const { path, query } = take("/a%20b?%20=%zz%00");
  assertEquals([path, query], ["/a b", "%20=%zz%00"]);
});
