import { assertEquals } from "@std/assert";
import { codeLabel, endLabel, RouteLabels, statusLabel } from "../../lib/admin/labels.ts";

const STATUSES: [status: number, label: string][] = [
  [101, "101"],
  [200, "200"],
  [404, "404"],
  [426, "426"],
  [299, "2xx"],
  [418, "4xx"],
  [599, "5xx"],
];
for (const [status, label] of STATUSES) {
  Deno.test(`statusLabel() makes ${label} of ${status}`, () => {
    assertEquals(statusLabel(status), label);
  });
}

const CODES: [code: number, label: string][] = [
  [1000, "1000"],
  [1006, "1006"],
  [1013, "1013"],
  [3000, "3xxx"],
  [4003, "4xxx"],
  [4999, "4xxx"],
];
for (const [code, label] of CODES) {
  Deno.test(`codeLabel() makes ${label} of ${code}`, () => assertEquals(codeLabel(code), label));
}

const ENDS: [code: number, signal: Deno.Signal | null, label: string][] = [
  [0, null, "0"],
  [1, null, "1"],
  [127, null, "127"],
  [3, null, "other"],
  [255, null, "other"],
  [137, "SIGKILL", "SIGKILL"],
];
for (const [code, signal, label] of ENDS) {
  Deno.test(`endLabel() makes ${label} of ${signal ?? code}`, () => {
    assertEquals(endLabel({ code, signal }), label);
  });
}

Deno.test("RouteLabels.of() has only so many, however many routes come", () => {
  const labels = new RouteLabels();
  assertEquals([labels.of(undefined), labels.of("/0")], ["none", "/0"]);
  const found = new Set(Array.from({ length: 1_000 }, (_, i) => labels.of(`/${i}`)));
  assertEquals(found.size, 101);
  assertEquals([labels.of("/0"), labels.of("/99"), labels.of("/100")], ["/0", "/99", "other"]);
});
