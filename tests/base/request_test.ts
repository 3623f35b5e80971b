import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import {
  ID_PREFIX,
  type IncomingRequest,
  type RequestHead,
  type RequestOrigin,
  snapshot,
} from "../../lib/base/request.ts";
import { RawClient } from "../support/client.ts";

const HERE: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 5 };

/** The snapshot of a request that nobody sent. */
function taken(
  head: Partial<RequestHead> = {},
  origin: Partial<RequestOrigin> = {},
): IncomingRequest {
  return snapshot({ method: "GET", target: "/", headers: new Headers(), ...head }, {
    remoteAddr: HERE,
    ...origin,
  });
}

/** The snapshot of a request as `Deno.serve` has it. */
async function received(
  target: string,
  headers: Record<string, string | undefined> = {},
): Promise<IncomingRequest> {
  let take: (() => IncomingRequest) | undefined;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, { remoteAddr }) => {
      const { method, url: target, headers } = request;
      const found = snapshot({ method, target, headers }, { remoteAddr });
      take = () => found;
      return new Response();
    },
  );
  using client = await RawClient.request(`ws://127.0.0.1:${server.addr.port}/`, {
    target,
    headers: { Upgrade: undefined, Connection: "close", ...headers },
  });
  assertEquals(client.answer.status, 200);
  assert(take);
  return take();
}

const TARGETS: [target: string, path: string, query: string][] = [
  ["/", "/", ""],
  ["/a/b?c=d&e=f", "/a/b", "c=d&e=f"],
  ["/a?b?c", "/a", "b?c"],
  ["/a?", "/a", ""],
  ["/a?x=/y/../z", "/a", "x=/y/../z"],
  ["/a?b=%20%zz", "/a", "b=%20%zz"],
  ["/a/../b/./c", "/a/../b/./c", ""],
  ["//a//b/", "//a//b/", ""],
  ["/a+b", "/a+b", ""],
];
for (const [target, path, query] of TARGETS) {
  Deno.test(`snapshot() takes the target ${target} as it was sent`, async () => {
    const request = await received(target);
    assertEquals([request.target, request.path, request.query], [target, path, query]);
  });
}

/** RFC 9112 §3.2 and what is none of its forms. */
const FORMS: [given: string, target: string, path: string, query: string][] = [
  ["/x", "/x", "/x", ""],
  ["/x?y=http://a/b", "/x?y=http://a/b", "/x", "y=http://a/b"],
  ["//h/x", "//h/x", "//h/x", ""],
  ["http://h/x", "/x", "/x", ""],
  ["https://h:81/x?y", "/x?y", "/x", "y"],
  ["ws://h/a/../b", "/a/../b", "/a/../b", ""],
  ["http://[::1]:81/a%20b", "/a%20b", "/a b", ""],
  ["http+unix://a.sock/x", "/x", "/x", ""],
  ["http://h", "/", "/", ""],
  ["http://h?x=/y", "/?x=/y", "/", "x=/y"],
  ["http://h/x?y=http://z/", "/x?y=http://z/", "/x", "y=http://z/"],
  ["h:443", "/", "/", ""],
  // What is no ASCII may not stand there, and is taken for UTF-8.
  ["/é?ü", "/%C3%A9?%C3%BC", "/é", "%C3%BC"],
  ["http://h/é", "/%C3%A9", "/é", ""],
  ["/a\ud800", "/a%EF%BF%BD", "/a\ufffd", ""],
  ["", "/", "/", ""],
];
for (const [given, target, path, query] of FORMS) {
  Deno.test(`snapshot() takes the target ${JSON.stringify(given)} for ${target}`, () => {
    const request = taken({ target: given });
    assertEquals([request.target, request.path, request.query], [target, path, query]);
  });
}

Deno.test("snapshot() takes * for the server as a whole, with OPTIONS alone", () => {
  assertEquals(taken({ method: "OPTIONS", target: "*" }).target, "/*");
  const error = assertThrows(() => taken({ target: "*" }), HandshakeError);
  assertEquals([error.status, error.message], [
    400,
    "The target of a request with GET is a path, not *",
  ]);
});

for (const target of ["http://", "http:///a", "ws://?a"]) {
  Deno.test(`snapshot() refuses the target ${target}, which has no host`, () => {
    assertEquals(assertThrows(() => taken({ target }), HandshakeError, target).status, 400);
  });
}

const WHOLE: [target: string, header: string | undefined, host: string][] = [
  ["http://a:81/x", "b", "a:81"],
  ["ws://a?x", "b", "a"],
  ["/x", "b", "b"],
  // The runtime makes one up.
  ["http://a/x", undefined, ""],
];
for (const [target, header, host] of WHOLE) {
  Deno.test(`snapshot() has the host "${host}" of ${target} with the Host header ${header}`, () => {
    assertEquals(
      taken({ target, headers: new Headers(header ? { host: header } : {}) }).host,
      host,
    );
  });
}

Deno.test("snapshot() refuses the host of a target that has a user in it", () => {
  const head = { target: "http://user@a/x", headers: new Headers({ host: "a" }) };
  assertEquals(assertThrows(() => taken(head), HandshakeError, "user@a").status, 400);
});

Deno.test("snapshot() takes path and query of a whole URL that a client sends", async () => {
  const request = await received("http://other.example/a?b");
  assertEquals([request.target, request.path, request.query], ["/a?b", "/a", "b"]);
});

Deno.test("snapshot() knows the subject of the client's certificate, empty without one", () => {
  assertEquals(taken().subject, "");
  assertEquals(taken({}, { subject: "CN=Jane Doe,O=Example" }).subject, "CN=Jane Doe,O=Example");
});

// The runtime writes the Host header in front of the path: what is in it would become a path.
for (const host of ["a/b", "a?b", "a#b", "a@b", "a b", "a\\b"]) {
  Deno.test(`snapshot() refuses the Host header ${host} with 400`, () => {
    const headers = new Headers({ host });
    const error = assertThrows(() => taken({ headers }), HandshakeError, host);
    assertEquals(error.status, 400);
  });
}

const HOSTS: [sent: string | undefined, host: string][] = [
  ["example.com", "example.com"],
  ["Example.com:81", "Example.com:81"],
  ["[::1]:81", "[::1]:81"],
  [undefined, ""],
];
for (const [sent, host] of HOSTS) {
  Deno.test(`snapshot() has the host "${host}" where ${sent ?? "no Host header"} was sent`, async () => {
    assertEquals((await received("/", { Host: sent })).host, host);
  });
}

Deno.test("snapshot() keeps the method and the headers after the answer", async () => {
  const request = await received("/", { "X-Word": "a" });
  assertEquals(request.method, "GET");
  assertEquals(request.headers.get("x-word"), "a");
});

Deno.test("snapshot() is frozen", () => {
  const request = taken();
  assert(Object.isFrozen(request));
  assertThrows(() => Object.assign(request, { path: "/b" }), TypeError);
});

Deno.test("snapshot() gives every request an id of this server", () => {
  const [first, second] = [1, 2].map(() => taken().id);
  assertNotEquals(first, second);
  assert(first?.startsWith(ID_PREFIX) && second?.startsWith(ID_PREFIX));
  assert(ID_PREFIX.length > 8);
});

const SECURE: [given: { secure?: boolean }, secure: boolean][] = [
  [{}, false],
  [{ secure: false }, false],
  [{ secure: true }, true],
];
for (const [given, secure] of SECURE) {
  Deno.test(`snapshot() is ${secure ? "" : "not "}secure with ${JSON.stringify(given)}`, () => {
    assertEquals(taken({}, given).secure, secure);
  });
}

const PEERS: [hostname: string, address: string][] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["::1", "::1"],
  ["2001:db8::ffff:1", "2001:db8::ffff:1"],
  ["::ffff:c000:201", "::ffff:c000:201"],
];
for (const [hostname, address] of PEERS) {
  Deno.test(`snapshot() names the peer ${hostname} ${address}`, () => {
    const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname, port: 54321 };
    const { remote } = taken({}, { remoteAddr });
    assertEquals(remote, { address, host: address, port: "54321" });
  });
}

Deno.test("snapshot() names a peer on a Unix socket unix-socket, without a port", () => {
  const remoteAddr: Deno.UnixAddr = { transport: "unix", path: "/run/a.sock" };
  const { remote } = taken({}, { remoteAddr });
  assertEquals(remote, { address: "unix-socket", host: "unix-socket", port: "" });
});
