import { assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { expectRouteOptions } from "../../lib/gate/expect_routes.ts";
import type { OriginRule } from "../../lib/options/origins.ts";

const RULES: [rule: OriginRule, message: string][] = [
  [{ host: "Example.com" }, "for origins: expected example.com"],
  [{ host: "bücher.example" }, "expected xn--bcher-kva.example"],
  [{ scheme: "HTTPS", host: "a" }, "expected https://a"],
  [{ scheme: "wss", host: "a" }, "expected the origin of a page, as https://…"],
  [{ host: "a.*.b" }, "of which * may be all, or the first label"],
];
for (const [rule, message] of RULES) {
  Deno.test(`expectRouteOptions() refuses ${JSON.stringify(rule)}, which would match nobody`, () => {
    assertThrows(() => expectRouteOptions({ origins: [rule] }), UsageError, message);
  });
}
