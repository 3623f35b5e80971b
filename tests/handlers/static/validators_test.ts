import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { validatorsOf } from "../../../lib/handlers/static/validators.ts";

const NOW = Date.parse("2026-01-02T03:04:05.000Z");
const OLD = new Date("2025-01-02T03:04:05.678Z");

function info(changes: Partial<Deno.FileInfo> = {}): Deno.FileInfo {
  return { size: 10, dev: 1, ino: 2, mtime: OLD, ctime: OLD, ...changes } as Deno.FileInfo;
}

Deno.test("validatorsOf() gives an old file a strong tag, and its date in whole seconds", async () => {
  const { etag, modified, strong } = await validatorsOf(info(), NOW);
  assertMatch(etag, /^"[!#-~]+"$/);
  assertEquals(modified, Date.parse("2025-01-02T03:04:05.000Z"));
  assert(strong);
});

Deno.test("validatorsOf() gives the same file the same tag", async () => {
  const first = await validatorsOf(info(), NOW);
  assertEquals(await validatorsOf(info(), NOW + 1e6), first);
});

const CHANGES: [what: string, Partial<Deno.FileInfo>][] = [
  ["size", { size: 11 }],
  ["date, by a millisecond", { mtime: new Date(OLD.getTime() + 1) }],
  ["time of the last change", { ctime: new Date(OLD.getTime() + 1000) }],
  ["inode", { ino: 3 }],
  ["disk", { dev: 3 }],
];
for (const [what, change] of CHANGES) {
  Deno.test(`validatorsOf() gives a file of another ${what} another tag`, async () => {
    const [before, after] = [
      await validatorsOf(info(), NOW),
      await validatorsOf(info(change), NOW),
    ];
    assertNotEquals(after.etag, before.etag);
  });
}

const YOUNG: [what: string, Partial<Deno.FileInfo>][] = [
  ["was just modified", { mtime: new Date(NOW - 1), ctime: new Date(NOW - 1) }],
  ["was just changed, whatever its date says", { ctime: new Date(NOW - 2_999) }],
  ["is from the future", { mtime: new Date(NOW + 60_000) }],
  ["has no date", { mtime: null, ctime: null }],
];
for (const [what, change] of YOUNG) {
  Deno.test(`validatorsOf() gives a file a weak tag that ${what}`, async () => {
    const { etag, strong } = await validatorsOf(info(change), NOW);
    assertMatch(etag, /^W\/"[!#-~]+"$/);
    assertEquals(strong, false);
  });
}

Deno.test("validatorsOf() knows no date where the disk knows none", async () => {
  assertEquals((await validatorsOf(info({ mtime: null }), NOW)).modified, undefined);
});

Deno.test("validatorsOf() makes a tag strong without changing it as the file ages", async () => {
  const young = info({ ctime: new Date(NOW - 1_000) });
  const [weak, strong] = [await validatorsOf(young, NOW), await validatorsOf(young, NOW + 2_000)];
  assertEquals(weak.etag, `W/${strong.etag}`);
});
