import { assert } from "@std/assert";
import { zlibWorks } from "../../../../lib/connection/transport/deflate/zlib_works.ts";

Deno.test("zlibWorks() finds the zlib of this runtime as it is used", () => {
  assert(zlibWorks());
});
