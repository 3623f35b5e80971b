import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { auth } from "../../../lib/gate/auth/auth.ts";
import { AuthPool } from "../../../lib/gate/auth/auth_pool.ts";
import type { AuthSpec } from "../../../lib/options/auths.ts";

async function withTokens(test: (spec: AuthSpec) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "0123456789abcdef");
    await test({ kind: "token", rest: path });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("AuthPool gives the same to all who say the same, also after a reload", async () => {
  await withTokens(async (spec) => {
    const pool = new AuthPool();
    const [one, same] = await pool.of([spec, { ...spec }]);
    const [again] = await new AuthPool(pool).of([spec]);
    assertStrictEquals(one, same);
    assertStrictEquals(one, again);
  });
});

Deno.test("AuthPool takes over nothing from a pool whose next one had no use for it", async () => {
  await withTokens(async (spec) => {
    const first = new AuthPool();
    const [one] = await first.of([spec]);
    const [other] = await new AuthPool(new AuthPool(first)).of([spec]);
    assertEquals(one === other, false);
  });
});

Deno.test("auth() makes of texts what a route takes, and says which of them is none", async () => {
  await withTokens(async ({ rest }) => {
    const [one, ...others] = await auth(`token:${rest}`);
    assertEquals([one?.challenge, others], ['Bearer realm="stdws"', []]);
    assertEquals(await auth("none"), []);
    await assertRejects(() => auth(), UsageError, 'Invalid value "": expected basic:FILE, ');
    await assertRejects(() => auth("tokn:a"), UsageError, 'Invalid value "tokn": expected ');
    await assertRejects(() => auth("token:/no/file"), UsageError, "(auth=token:/no/file)");
  });
});
