import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { decodePath } from "../../lib/base/request.ts";
import { LiveRoute, paramsOfPattern, type Route } from "../../lib/gate/route.ts";
import { Usage } from "../../lib/gate/usage.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";

const HANDLER = { open() {} };

function liveRoute(route: Partial<Route>): LiveRoute {
  return new LiveRoute({ path: "*", handler: HANDLER, ...route }, new Usage(HANDLER));
}

/** A request as a server would see it. */
function asked(target: string, changes: RequestChanges = {}): ReturnType<typeof fakeRequest> {
  const [path = "", query = ""] = target.split("?");
  return fakeRequest({ target, path: decodePath(path), query, ...changes });
}

const MATCHES: [pattern: string, target: string, params: Record<string, string> | undefined][] = [
  ["*", "/", {}],
  ["*", "/a/../b%2F?c", {}],
  ["/", "/", {}],
  ["/", "/a", undefined],
  ["/a", "/a", {}],
  ["/a", "/a?b=/c", {}],
  ["/a", "/a/", undefined],
  ["/a", "/A", undefined],
  ["/a", "//a", undefined],
  ["/a", "/ab", undefined],
  ["/a", "/b/a", undefined],
  ["/a/", "/a/", {}],
  ["/a{/}?", "/a/", {}],
  // A segment.
  ["/rooms/:room", "/rooms/a", { room: "a" }],
  ["/rooms/:room", "/rooms/a?room=b", { room: "a" }],
  ["/rooms/:room", "/rooms/", undefined],
  ["/rooms/:room", "/rooms/a/b", undefined],
  ["/rooms/:room", "/rooms/a%20b%2Fc%3F", { room: "a b/c?" }],
  ["/rooms/:room", "/rooms/%C3%BC%F0%9F%98%80", { room: "ü😀" }],
  ["/rooms/:room", "/rooms/ü", { room: "ü" }],
  ["/rooms/:room", "/rooms/%FF", { room: "\ufffd" }],
  ["/rooms/:room", "/rooms/%0A$(x);'\"<>|", { room: "\n$(x);'\"<>|" }],
  ["/rooms/:room", "/rooms/%252F", { room: "%2F" }],
  ["/rooms/:room", "/rooms/...", { room: "..." }],
  ["/rooms/:room", "/rooms/.a", { room: ".a" }],
  ["/:a/:b", "/1/2", { a: "1", b: "2" }],
  ["/:a-:b", "/1-2", { a: "1", b: "2" }],
  ["/x:a", "/x1", { a: "1" }],
  ["/:constructor", "/a", { constructor: "a" }],
  ["/:__proto__", "/a", Object.fromEntries([["__proto__", "a"]])],
  // What is left out is empty.
  ["/a{/:b}?", "/a", { b: "" }],
  ["/a{/:b}?", "/a/1", { b: "1" }],
  ["/a/:b?", "/a", { b: "" }],
  ["/a/:b*", "/a", { b: "" }],
  ["/a/:b+", "/a/1/2", { b: "1/2" }],
  // Everything below.
  ["/logs/*", "/logs/a/b", { "0": "a/b" }],
  ["/logs/*", "/logs/", { "0": "" }],
  ["/logs/*", "/logs", undefined],
  ["/logs/:file(.*)", "/logs/a/b", { file: "a/b" }],
  ["/:n(\\d+)", "/12", { n: "12" }],
  ["/:n(\\d+)", "/1a", undefined],
  // Written either way.
  ["/ü", "/%C3%BC", {}],
  ["/a b", "/a%20b", {}],
  // Another spelling of the same (RFC 3986 §2.3).
  ["/a", "/%61", {}],
  ["/private/*", "/%70rivate/x", { "0": "x" }],
  // Dot segments are resolved first, as whoever looks for a file does.
  ["/a/*", "/a/%2e%2e/x", undefined],
  ["/admin", "/x/../admin", {}],
  ["/admin", "/x/%2e%2E/admin", {}],
  ["/admin", "/./admin", {}],
  ["/admin", "/%2e/admin?a/../b", {}],
  ["/admin", "/x/.%2e/admin", {}],
  ["/admin", "/../admin", undefined],
  ["/admin", "/admin/..", undefined],
  ["/x/*", "/x/a/./b/../c", { "0": "a/c" }],
  // What would be another path to a pattern than it is to a proxy or a handler.
  ["/admin", "/x\\..\\admin", undefined],
  ["/admin", "\\admin", undefined],
  ["/admin", "/ad\tmin", undefined],
  ["/x/*", "/x/..", undefined],
  ["/x/*", "/x/a/..", { "0": "" }],
];
for (const [path, target, params] of MATCHES) {
  const found = params ? JSON.stringify(params) : "nothing";
  Deno.test(`LiveRoute ${path} finds ${found} in ${JSON.stringify(target)}`, () => {
    assertEquals(liveRoute({ path }).match(asked(target))?.params, params);
  });
}

Deno.test("LiveRoute leaves a request of * alone, without a subprotocol", () => {
  const request = asked("/a");
  assertStrictEquals(liveRoute({}).match(request), request);
  assertStrictEquals(liveRoute({ subprotocols: ["a"] }).match(request), request);
});

Deno.test("LiveRoute answers a request that cannot be changed, with everything it was", () => {
  const request = asked("/a/b?c=d", { headers: { "Sec-WebSocket-Protocol": "x, y" } });
  const matched = liveRoute({ path: "/a/:b", subprotocols: ["y"] }).match(request);
  assert(Object.isFrozen(matched) && Object.isFrozen(matched?.params));
  assertEquals<unknown>({ ...matched }, {
    ...request,
    route: "/a/:b",
    params: { b: "b" },
    subprotocol: "y",
  });
});

const OFFERS: [offered: string, spoken: string[] | undefined, picked: string][] = [
  ["a", undefined, ""],
  ["a", [], ""],
  ["a", ["b"], ""],
  ["b, a", ["a", "b"], "b"],
];
for (const [offered, subprotocols, picked] of OFFERS) {
  Deno.test(`LiveRoute picks "${picked}" of "${offered}" with ${subprotocols ?? "none"}`, () => {
    const request = asked("/", { headers: { "Sec-WebSocket-Protocol": offered } });
    const route = liveRoute(subprotocols ? { subprotocols } : {});
    assertEquals(route.match(request)?.subprotocol, picked);
  });
}

Deno.test("LiveRoute refuses a NUL with 400", () => {
  const request = fakeRequest({ target: "/a/%00", path: "/a/\0" });
  const match = () => liveRoute({ path: "/a/:b" }).match(request);
  assertEquals(assertThrows(match, HandshakeError, "NUL").status, 400);
});

const NAMES: [pattern: string, names: string[]][] = [
  ["*", []],
  ["/a/*", []],
  ["/:a/:b_1-:c", ["a", "b_1", "c"]],
  ["/:n(\\d+)/:rest*", ["n", "rest"]],
  ["/\\:a/:b", ["b"]],
  ["/:ü$", ["ü$"]],
];
for (const [pattern, names] of NAMES) {
  Deno.test(`paramsOfPattern() finds ${JSON.stringify(names)} in ${pattern}`, () => {
    assertEquals(paramsOfPattern(pattern), names);
    // As the runtime finds them.
    const found = new URLPattern({ pathname: pattern }).exec({ pathname: "/" })?.pathname.groups;
    for (const name of Object.keys(found ?? {})) assert(/\d/.test(name) || names.includes(name));
  });
}
