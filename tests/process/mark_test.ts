import { assert, assertEquals, assertThrows } from "@std/assert";
import { ID_PREFIX, nextId } from "../../lib/base/request.ts";
import { idOfMark, MARK_LINE, marked } from "../../lib/process/mark.ts";
import { limitsOf } from "../../lib/process/proc.ts";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

const LIMITS = new Deno.Command("sh", {
  args: ["-c", "env -i sh -c 'cat /proc/self/limits'"],
  stdout: "piped",
  stderr: "null",
});

async function limitsIn(id: string): Promise<string> {
  const child = marked(id, () => LIMITS.spawn());
  return new TextDecoder().decode((await child.output()).stdout);
}

test("marked() starts what is known by its id, whatever its environment", async () => {
  for (const id of [nextId(), nextId(), `${ID_PREFIX}0`, `${ID_PREFIX}zzzzzzz`]) {
    const limits = await limitsIn(id);
    assertEquals(idOfMark(limits), id);
    assert(new RegExp(MARK_LINE.replaceAll("\\{", "{").replaceAll("\\}", "}"), "m").test(limits));
  }
});

test("marked() leaves the server itself, and what others start, as they were", async () => {
  const before = limitsOf(Deno.pid);
  marked(nextId(), () => {
    assert(idOfMark(limitsOf(Deno.pid)) !== undefined);
  });
  const start = () => {
    throw new Error("it cannot be started");
  };
  assertThrows(() => marked(nextId(), start), Error, "it cannot be started");
  assertEquals(limitsOf(Deno.pid), before);
  assertEquals(idOfMark(new TextDecoder().decode((await LIMITS.output()).stdout)), undefined);
});

test("marked() starts without a mark what has no such id", async () => {
  assertEquals(idOfMark(await limitsIn("")), undefined);
});

Deno.test("idOfMark() knows none of what is no list of limits, or of another server", () => {
  const line = "Max realtime timeout      123456780000000000042 unlimited            us\n";
  for (const text of ["", "\n", line]) assertEquals(idOfMark(text), undefined);
});
