import { assert, assertEquals } from "@std/assert";
import { AddressRates } from "../../../lib/gate/entry/address_rates.ts";

Deno.test("AddressRates.take() counts each address by itself, and says how long it has to wait", () => {
  const rates = new AddressRates({ perSecond: 2, burst: 3 });
  const taken = (address: string, now: number) => rates.take(address, now);
  assertEquals([1, 2, 3, 4].map(() => taken("a", 100)), [0, 0, 0, 500]);
  assertEquals(taken("b", 100), 0);
  // What was refused is not counted.
  assertEquals([taken("a", 350), taken("a", 600), taken("a", 600)], [250, 0, 500]);
});

Deno.test("AddressRates forgets an address when its bucket is full again, and not before", () => {
  const rates = new AddressRates({ perSecond: 1, burst: 10 });
  for (let count = 0; count < 10; count++) rates.take("a", 0);
  assert(rates.take("a", 0) > 0);
  // Others come and go.
  for (let now = 500; now < 9_500; now += 500) rates.take(`b${now}`, now);
  assertEquals([rates.take("a", 9_500), rates.take("a", 9_500)].map((wait) => wait > 0), [
    false,
    false,
  ]);
  for (let now = 20_000; now < 60_000; now += 10_500) rates.take("c", now);
  assertEquals(rates.size, 1);
});

Deno.test("AddressRates holds an address to its rate however many others come", () => {
  const rates = new AddressRates({ perSecond: 1, burst: 5 }, 1_000);
  let letIn = 0;
  for (let now = 0; now < 100_000; now += 10) {
    rates.take(`other ${now % 5_000}`, now);
    if (rates.take("one", now) === 0) letIn++;
  }
  assert(letIn <= 105, `${letIn} in 100 s`);
});

Deno.test("AddressRates remembers a bounded number of addresses, of hundreds of thousands", () => {
  const rates = new AddressRates({ perSecond: 1, burst: 1_000 });
  let most = 0;
  for (let at = 0; at < 300_000; at++) {
    rates.take(`address ${at}`, at / 300);
    most = Math.max(most, rates.size);
  }
  assertEquals(most, 131_072);
});
