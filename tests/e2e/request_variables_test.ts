import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";
import { variablesOf } from "./variables.ts";

const HOSTS: [host: string, name: string, port: string][] = [
  ["example.com", "example.com", "80"],
  ["example.com:8080", "example.com", "8080"],
  ["[::1]", "[::1]", "80"],
  ["[::1]:99", "[::1]", "99"],
  ["::1:99", "", ""],
  ["a:b:c", "", ""],
];
testEach("stdws takes SERVER_NAME and SERVER_PORT from the Host header", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  for (const [host, ...expected] of HOSTS) {
    const found = await variablesOf(server, { headers: { Host: host } });
    assertEquals([found.SERVER_NAME, found.SERVER_PORT], expected, host);
    assertEquals(found.HTTP_HOST, host);
  }
});

testEach("stdws refuses a handshake without a Host header", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  using client = await RawClient.request(server.url, { headers: { Host: undefined } });
  assertEquals(client.answer.status, 400);
  await server.stdout.until(/There is no Host header$/);
});

const TARGETS: [target: string, path: string, query: string][] = [
  ["/", "/", ""],
  ["/?", "/", ""],
  ["/a/b/?c=d?e", "/a/b/", "c=d?e"],
  ["/a%2Fb%3Fc%23d", "/a/b?c#d", ""],
  ["//a//b", "//a//b", ""],
  ["/a/../b/./c", "/a/../b/./c", ""],
  ["/a+b?q=%zz+%", "/a+b", "q=%zz+%"],
  ["/a%0Ab%0d%0Ac", "/a b c", ""],
  ["/%E2%82%AC", "/€", ""],
  // A byte order mark is a character like another.
  ["/%EF%BB%BFa", "/\ufeffa", ""],
  ["/%ff%C3", "/\ufffd\ufffd", ""],
  // Decoded once, not until nothing is left to decode.
  ["/%C3%83%C2%BC", "/Ã¼", ""],
  ["/%2541", "/%41", ""],
];
testEach("stdws tells path and query decoded and as they were sent", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  for (const [target, path, query] of TARGETS) {
    const found = await variablesOf(server, { target });
    const { REQUEST_URI, PATH_INFO, PATH_TRANSLATED, QUERY_STRING, SCRIPT_NAME } = found;
    assertEquals([PATH_INFO, QUERY_STRING], [path, query], target);
    assertEquals([REQUEST_URI, PATH_TRANSLATED, SCRIPT_NAME], [target, path, "/"], target);
  }
});

/** A client can send a whole URL; nothing in the Host header may be taken for a part of the path. */
const PATHS: [host: string | undefined, target: string][] = [
  [undefined, "/real?q"],
  ["", "/real?q"],
  ["evil/admin", "/real?q"],
  ["evil/", "/real?q"],
  ["evil?x", "/real?q"],
  ["evil#x", "/real?q"],
  ["/admin", "/real?q"],
  ["a b/c", "/real?q"],
  ["example.com", "http://example.com/real?q"],
  ["example.com", "http://example.com:81/real?q"],
  ["example.com/real", "http://example.com/real?q"],
  ["example.org", "http://example.com/real?q"],
  ["exa", "http://example.com/real?q"],
  ["", "http://example.com/real?q"],
];
testEach(
  "stdws takes the path from the request line, whatever the Host header is",
  async (form) => {
    await using server = await TestServer.start(["env"], { form });
    for (const [host, target] of PATHS) {
      using client = await RawClient.request(server.url, { target, headers: { Host: host } });
      if (client.answer.status === 400) {
        // That is for what cannot be a host.
        assert(!/^[a-z.]+$/.test(host ?? ""), host);
        continue;
      }
      const { texts } = await client.rest();
      const found = texts.filter((line) => /^(REQUEST_URI|PATH_INFO)=/.test(line)).toSorted();
      assertEquals(found, ["PATH_INFO=/real", "REQUEST_URI=/real?q"], `${target} at ${host}`);
    }
  },
);

const HEADERS: [name: string, sent: string, variable: string, value: string | undefined][] = [
  ["X-Two", "one\r\nX-Two: two\r\nx-two: three", "HTTP_X_TWO", "one, two, three"],
  ["X-Empty", "", "HTTP_X_EMPTY", ""],
  ["X-Space", "  a   b \t", "HTTP_X_SPACE", "a   b"],
  ["X-Tab", "a\tb", "HTTP_X_TAB", "a\tb"],
  ["X-Text", "ü€😀", "HTTP_X_TEXT", "ü€😀"],
  ["x-LOWER-2", "$(id); `id` 'a' \"b\" \\", "HTTP_X_LOWER_2", "$(id); `id` 'a' \"b\" \\"],
  ["X-Long", "x".repeat(8000), "HTTP_X_LONG", "x".repeat(8000)],
  // A client must not choose the proxy of what the process starts (CVE-2016-5385).
  ["Proxy", "http://127.0.0.1:9", "HTTP_PROXY", undefined],
];
testEach("stdws makes a variable of every header", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  for (const [name, sent, variable, value] of HEADERS) {
    const found = await variablesOf(server, { headers: { [name]: sent } });
    assertEquals(found[variable], value, name);
  }
});

testEach("stdws refuses a header with a line break or a NUL in it", async (form) => {
  await using server = await TestServer.start(["env"], { form });
  for (const value of ["a\r\n b", "a\rb", "a\nb", "a\0b"]) {
    using client = await RawClient.request(server.url, { headers: { "X-Bad": value } });
    assertEquals(client.answer.status, 400, JSON.stringify(value));
  }
  assertEquals((await variablesOf(server)).HTTP_X_BAD, undefined);
});
