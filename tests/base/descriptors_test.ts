import { assert, assertEquals } from "@std/assert";
import { Descriptors } from "../../lib/base/descriptors.ts";
import { CapturedLog } from "./captured_log.ts";

/** Descriptors of which a test says how many are used, and at what time. */
class Fake {
  used = 0;
  now = 0;
  looks = 0;
  readonly descriptors: Descriptors;

  constructor(limit: number) {
    this.descriptors = new Descriptors({
      count: () => {
        this.looks++;
        return { used: this.used, limit };
      },
      now: () => this.now,
    });
  }
}

for (
  const [limit, enough, few] of [
    [40, 36, 37],
    [256, 240, 241],
    [1024, 992, 993],
    [1_000_000, 999_968, 999_969],
  ] as const
) {
  Deno.test(`Descriptors are few when ${few} of ${limit} are used`, () => {
    for (const [used, expected] of [[enough, false], [few, true], [limit, true]] as const) {
      const fake = new Fake(limit);
      fake.used = used;
      assertEquals(fake.descriptors.few, expected, `${used}`);
    }
  });
}

Deno.test("Descriptors tells the log once that they are few, and once that they are not any more", () => {
  using log = new CapturedLog();
  const fake = new Fake(256);
  for (const used of [250, 251, 200, 250]) {
    fake.used = used;
    fake.now += 1_000;
    for (let count = 0; count < 100; count++) fake.descriptors.few;
  }
  assertEquals(log.messages, [
    "ERROR server: Refusing requests: 6 of 256 descriptors are left",
    "INFO server: Taking requests again",
    "ERROR server: Refusing requests: 6 of 256 descriptors are left",
  ]);
});

Deno.test("Descriptors counts them before requests can have taken what was left, and not each time", () => {
  const fake = new Fake(1024);
  let questions = 0;
  // The most that one takes: a descriptor and a program.
  while (!fake.descriptors.few) {
    fake.used += 4;
    questions++;
    assert(fake.used < 1024);
  }
  assert(fake.looks < questions / 2, `${fake.looks} of ${questions}`);
  // While they are few, it looks by time.
  const { looks } = fake;
  for (let count = 0; count < 100; count++) fake.descriptors.few;
  assertEquals(fake.looks, looks);
});

Deno.test("Descriptors are never few where nobody says how many there may be", () => {
  const { descriptors } = new Fake(Infinity);
  assertEquals(descriptors.few, false);
  assertEquals(descriptors.left, Infinity);
});

Deno.test("Descriptors counts those of this process", { ignore: Deno.build.os !== "linux" }, () => {
  const descriptors = new Descriptors();
  const before = descriptors.left;
  using _file = Deno.openSync(new URL(import.meta.url));
  assertEquals(descriptors.left, before - 1);
});
