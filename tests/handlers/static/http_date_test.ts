import { assertEquals } from "@std/assert";
import { parseHttpDate } from "../../../lib/handlers/static/http_date.ts";

const READ: [value: string, iso: string][] = [
  // The examples of RFC 9110 §5.6.7.
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
  ["Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000Z"],
  ["Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"],
  ["Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.000Z"],
  ["Wednesday, 01-Jan-25 00:00:00 GMT", "2025-01-01T00:00:00.000Z"],
];
for (const [value, iso] of READ) {
  Deno.test(`parseHttpDate() reads ${value}`, () => {
    assertEquals(new Date(parseHttpDate(value) ?? NaN).toISOString(), iso);
  });
}

const NONE = [
  "",
  "0",
  "1994",
  "now",
  "1994-11-06T08:49:37Z",
  "Sun, 06 Nov 1994 08:49:37",
  "Sun, 06 Nov 1994 08:49:37 UTC",
  "Sun, 06 Nov 1994 08:49:37 +0100",
  "Sun, 06 Nov 1994 08:49:37 GMT ",
  "Sun, 6 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49 GMT",
  "Sun, 06 Nov 1994 25:49:37 GMT",
  "Sun, 06 Abc 1994 08:49:37 GMT",
  "06 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
];
for (const value of NONE) {
  Deno.test(`parseHttpDate() takes "${value}" for none`, () => {
    assertEquals(parseHttpDate(value), undefined);
  });
}
