import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { NO_METER } from "../../lib/base/meter.ts";
import { decodePath } from "../../lib/base/request.ts";
import type { Route } from "../../lib/gate/route.ts";
import type { Authenticator } from "../../lib/gate/auth/authenticator.ts";
import { RouteTable } from "../../lib/gate/route_table.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { fakePlace } from "../support/fake_place.ts";

function tableOf(routes: readonly Route[]): RouteTable {
  const table = new RouteTable({}, { meter: NO_METER, placeOf: () => fakePlace() });
  table.replace(routes);
  return table;
}

/** The patterns of the routes that a path finds. */
function found(table: RouteTable, target: string): string[] {
  const request = fakeRequest({ target, path: decodePath(target) });
  return Array.from(table.matches(request, "answers"), ({ route }) => route.path);
}

const SPELLINGS: [path: string, spelling: string][] = [
  ["/admin/*", "//admin/x"],
  ["/admin/*", "/admin%2Fx"],
  ["/admin/*", "/admin%5Cx"],
  ["/admin/*", "/admin\\x"],
  ["/admin/*", "/%2fadmin//x"],
  ["/admin/*", "/../admin/x"],
  ["/admin/*", "/y%2F../admin/x"],
  ["/admin/*", "/y%2F..%2Fadmin%2Fx"],
  ["/admin/*", "/y//..%2f../admin/x"],
  ["/a b/:c", "//a%20b/c"],
  ["/ü/*", "/%C3%BC%2Fx"],
  ["/a\\+b/*", "/a%2Bb/x"],
  ["/a\\!", "/a%21"],
];
for (const [path, spelling] of SPELLINGS) {
  Deno.test(`RouteTable with guards of ${path} leaves ${spelling} to no other route`, () => {
    const handler = { respond: () => new Response() };
    const others = [{ path: "*", handler }];
    const free = tableOf([{ path, handler }, ...others]);
    assertEquals(found(free, spelling), ["*"]);
    const guarded = tableOf([{ path, handler, guards: [{ check() {} }] }, ...others]);
    assertThrows(() => found(guarded, spelling), HandshakeError);
    for (const other of ["/admins/x", "/", "/x%2Fadmin/x", "/%25/x", "//y"]) {
      assertEquals(found(guarded, other), ["*"], other);
    }
  });
}

Deno.test("RouteTable disposes of an authenticator when no route has it any more, and once", async () => {
  const disposed: string[] = [];
  const one = (name: string): Authenticator => ({
    check: () => Promise.resolve(undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(void disposed.push(name)),
  });
  const [ofServer, shared, own] = [one("server's"), one("shared"), one("own")];
  const options = { meter: NO_METER, placeOf: () => fakePlace() };
  const table = new RouteTable({ auth: [ofServer] }, options);
  const handler = { open() {} };
  const a = { path: "/a", handler, auth: [shared, own] };
  const b = { path: "/b", handler, auth: [shared] };
  table.replace([a, b]);
  table.replace([b]);
  assertEquals(disposed, ["own"]);
  table.replace([{ path: "/c", handler, auth: [] }]);
  assertEquals(disposed, ["own", "shared"]);
  await table.dispose();
  assertEquals(disposed, ["own", "shared", "server's"]);
});
