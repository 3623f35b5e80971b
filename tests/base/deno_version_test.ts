import { assert, assertEquals } from "@std/assert";
import { isDenoSince } from "../../lib/base/deno_version.ts";

const VERSIONS: [version: string, isSince: boolean][] = [
  ["2.8.0", true],
  ["2.10.0-rc.1", true],
  ["3.0.0", true],
  ["2.7.14", false],
  ["1.46.3", false],
];
for (const [version, isSince] of VERSIONS) {
  Deno.test(`isDenoSince() says of ${version} whether it is 2.8 or later`, () => {
    assertEquals(isDenoSince(2, 8, version), isSince);
  });
}

Deno.test("isDenoSince() asks for the runtime's own version by default", () => {
  assert(isDenoSince(2, 0));
});
