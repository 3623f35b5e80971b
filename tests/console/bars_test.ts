import { assertEquals } from "@std/assert";
import { barsOf } from "../../lib/console/bars.js";

const CASES: [values: number[], options: { base: number; scale: number }, path: string][] = [
  [[0, 0], { base: 40, scale: -1 }, ""],
  [[0, 10, 0], { base: 40, scale: -2 }, "M100 40h80v-20h-80z"],
  [[1, 2], { base: 20, scale: 5 }, "M0 20h120v5h-120zM150 20h120v10h-120z"],
  // What there is can be seen, however little it is.
  [[0.001], { base: 40, scale: -1 }, "M0 40h240v-1h-240z"],
];
for (const [values, options, path] of CASES) {
  Deno.test(`barsOf() of ${values} by ${options.scale} is ${path || "nothing"}`, () => {
    assertEquals(barsOf(values, options), path);
  });
}
