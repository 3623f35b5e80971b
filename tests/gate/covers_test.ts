import { assertEquals } from "@std/assert";
import { covers } from "../../lib/gate/covers.ts";

const PAIRS: [wide: string, narrow: string, does: boolean][] = [
  ["*", "*", true],
  ["*", "/files/*", true],
  ["/files/*", "*", false],
  ["/files/*", "/files/*", true],
  ["/files/*", "/files/images/*", true],
  ["/files/*", "/files", false],
  ["/files/*", "/filesystem/*", false],
  ["/a", "/a", true],
  ["/a", "/ab", false],
];
for (const [wide, narrow, does] of PAIRS) {
  Deno.test(`covers() says ${does} to ${wide} for ${narrow}`, () => {
    assertEquals(covers(wide, narrow), does);
  });
}
