import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { ID_PREFIX, type IncomingRequest, snapshot } from "../../lib/base/request.ts";
import { RawClient } from "../support/client.ts";

const HERE: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 5 };

/** The snapshot of a request as it really arrives, because a `Request` made here has another URL. */
async function received(
  target: string,
  headers: Record<string, string | undefined> = {},
): Promise<IncomingRequest> {
  let take: (() => IncomingRequest) | undefined;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, { remoteAddr }) => {
      const taken = snapshot(request, { remoteAddr });
      take = () => taken;
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
  ["/é", "/é", ""],
];
for (const [target, path, query] of TARGETS) {
  Deno.test(`snapshot() takes the target ${target} as it was sent`, async () => {
    const request = await received(target);
    assertEquals([request.target, request.path, request.query], [target, path, query]);
  });
}

Deno.test("snapshot() takes path and query of a target that is a whole URL", async () => {
  const request = await received("http://other.example/a?b");
  assertEquals([request.target, request.path, request.query], ["/a?b", "/a", "b"]);
});

// The runtime writes the Host header in front of the path: what is in it would become a path.
for (const host of ["a/b", "a?b", "a#b", "a@b", "a b", "a\\b"]) {
  Deno.test(`snapshot() refuses the Host header ${host} with 400`, () => {
    const request = { url: `http://${host}/`, method: "GET", headers: new Headers({ host }) };
    const error = assertThrows(
      () => snapshot(request as Request, { remoteAddr: HERE }),
      HandshakeError,
      host,
    );
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
  const request = snapshot(new Request("http://a/"), { remoteAddr: HERE });
  assert(Object.isFrozen(request));
  assertThrows(() => Object.assign(request, { path: "/b" }), TypeError);
});

Deno.test("snapshot() gives every request an id of this server", () => {
  const [first, second] = [1, 2].map(() =>
    snapshot(new Request("http://a/"), { remoteAddr: HERE }).id
  );
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
    const request = snapshot(new Request("http://a/"), { remoteAddr: HERE, ...given });
    assertEquals(request.secure, secure);
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
    const { remote } = snapshot(new Request("http://a/"), { remoteAddr });
    assertEquals(remote, { address, host: address, port: "54321" });
  });
}

Deno.test("snapshot() names a peer on a Unix socket unix-socket, without a port", () => {
  const remoteAddr: Deno.UnixAddr = { transport: "unix", path: "/run/a.sock" };
  const { remote } = snapshot(new Request("http://a/"), { remoteAddr });
  assertEquals(remote, { address: "unix-socket", host: "unix-socket", port: "" });
});
