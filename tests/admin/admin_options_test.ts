import { assertThrows } from "@std/assert";
import { expectSafe } from "../../lib/admin/admin_options.ts";
import { UsageError } from "../../lib/base/errors.ts";
import { adminPlaceText, parseAdminPlace } from "../../lib/options/admin_place.ts";

const SAFE = [
  ":1",
  "127.0.0.1:1",
  "127.9.9.9:1",
  "[::1]:1",
  "localhost:1",
  "LocalHost:1",
  "unix:/a",
];
for (const text of SAFE) {
  Deno.test(`expectSafe() lets ${text} be without a guard`, () => {
    expectSafe({ at: parseAdminPlace(text) });
  });
}

const OPEN = [
  "0.0.0.0:1",
  "[::]:1",
  "192.0.2.1:1",
  "[::ffff:127.0.0.1]:1",
  "example.com:1",
  "127.example.com:1",
  "127.0.0.1.example.com:1",
  "localhost.example.com:1",
  "128.0.0.1:1",
  "/admin",
];
for (const text of OPEN) {
  Deno.test(`expectSafe() refuses ${text} without a guard, and names it`, () => {
    const at = parseAdminPlace(text);
    assertThrows(() => expectSafe({ at }), UsageError, `--admin=${adminPlaceText(at)} `);
    assertThrows(() => expectSafe({ at, guards: [] }), UsageError);
    expectSafe({ at, guards: [{ check() {} }] });
  });
}
