import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { restraintOf, type RestraintOptions, runWith } from "../../lib/process/restraint.ts";
import { needing } from "../support/programs.ts";
import { asRoot } from "../support/root.ts";

Deno.test("restraintOf() makes nothing of no limits", () => {
  for (const options of [{}, { memory: 0, cpu: 0, nice: 0 }, { user: undefined }]) {
    assertEquals(restraintOf(options), undefined);
  }
});

const WORDS: [options: RestraintOptions, words: string][] = [
  [{ nice: 3 }, "nice -n 3 --"],
  [{ memory: 2 ** 30 }, "prlimit --as=1073741824 --"],
  [{ cpu: 7 }, "prlimit --cpu=7:8 --"],
  [{ memory: 2 ** 30, cpu: 7, nice: 3 }, "nice -n 3 -- prlimit --as=1073741824 --cpu=7:8 --"],
];
for (const [options, words] of WORDS) {
  Deno.test({
    ...needing(`restraintOf() puts before a program: ${words}`, "nice", "prlimit"),
    fn() {
      const restraint = restraintOf(options);
      const names = restraint?.words.map((word) => word.replace(/^\/.*\//, "")).join(" ");
      assertEquals(names, words);
      assertEquals(restraint?.tools, restraint?.words.filter((word) => word.startsWith("/")));
    },
  });
}

Deno.test({
  ...asRoot("runWith() runs a program as the user, who has that group alone"),
  fn() {
    const restraint = restraintOf({ user: "12345", group: "54321" });
    if (!restraint) throw new Error("there is no restraint");
    const { stdout } = runWith(restraint, ["sh", "-c", "id -u; id -G"]);
    assertEquals(new TextDecoder().decode(stdout), "12345\n54321\n");
  },
});

Deno.test({
  ...needing("restraintOf() names the limits under which nothing starts", "prlimit"),
  fn() {
    assertThrows(
      () => restraintOf({ memory: 64 * 1024, cpu: 5 }),
      UsageError,
      "Cannot run programs with memory=64K and cpu=5: not even a shell starts (",
    );
  },
});
