import { assertEquals, assertThrows } from "@std/assert";
import { type AdminPlace, adminPlaceText, parseAdminPlace } from "../../lib/options/admin_place.ts";
import { ValueError } from "../../lib/options/value_error.ts";

const PLACES: [text: string, place: AdminPlace][] = [
  ["127.0.0.1:9100", { hostname: "127.0.0.1", port: 9100 }],
  ["0.0.0.0:0", { hostname: "0.0.0.0", port: 0 }],
  ["localhost:65535", { hostname: "localhost", port: 65_535 }],
  ["[::1]:9100", { hostname: "::1", port: 9100 }],
  ["unix:/run/a b.sock", { unixSocket: "/run/a b.sock" }],
  ["unix:a:b", { unixSocket: "a:b" }],
  ["/admin", { path: "/admin" }],
  ["/_a/b.c-d~", { path: "/_a/b.c-d~" }],
];
for (const [text, place] of PLACES) {
  Deno.test(`parseAdminPlace() reads ${text}, and adminPlaceText() writes it`, () => {
    assertEquals(parseAdminPlace(text), place);
    assertEquals(adminPlaceText(place), text);
  });
}

Deno.test("parseAdminPlace() takes a port alone for one of this machine alone", () => {
  assertEquals(parseAdminPlace(":9100"), { hostname: "127.0.0.1", port: 9100 });
});

const WRONG = [
  "",
  "9100",
  "localhost",
  "localhost:",
  "localhost:65536",
  "localhost:-1",
  "localhost:1/metrics",
  "http://localhost:1",
  "::1:9100",
  "[::1]",
  "[localhost]:1",
  "a b:1",
  "unix:",
  "/",
  "/admin/",
  "//admin",
  "/a/../b",
  "/./a",
  "/:room",
  "/a*",
  "/a?b",
  "/a%20b",
  "/ä",
];
for (const text of WRONG) {
  Deno.test(`parseAdminPlace() refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseAdminPlace(text), ValueError, text);
  });
}
