import { assert, assertEquals } from "@std/assert";
import { type Fault, FAULTS } from "../support/cluster/faults.ts";
import { type Place, PLACES, Site } from "../support/cluster/site.ts";
import { testTable } from "../support/server.ts";

const SEED = 15;
const EACH = 150;

for (const place of Object.keys(PLACES) as Place[]) {
  const testFront = testTable();
  for (const [front, servers] of [["haproxy", 2], ["nginx", 4]] as const) {
    testFront(
      `stdws --bus brings each message of a ${place} to all on ${servers} servers behind ${front}`,
      async (form) => {
        // Nothing happens to anybody here, however busy the machine.
        const ttl = 8_000;
        await using site = await Site.start({ form, place, front, servers, seed: SEED, ttl });
        await site.gathering.talk(EACH);
        assertEquals(await site.verdict(), []);
        assertEquals(site.gathering.ends, []);
        assertEquals(site.gathering.record.sure, 8 * EACH + 1);
      },
      [front, "redis-server"],
    );
  }
}

/** What happens to each place here; `deno task storm` tries all of it, with many seeds. */
const TRIED: readonly (readonly [Place, keyof typeof FAULTS])[] = [
  ["room", "a server is killed"],
  ["room", "Redis is emptied"],
  ["room that goes on alone", "a server is killed"],
  ["room that goes on alone", "the connections to Redis break again and again"],
  ["program", "a server is killed"],
  ["program", "what servers say to Redis comes later than every timeout"],
];
const testFault = testTable();
for (const [place, what] of TRIED) {
  const fault: Fault = FAULTS[what];
  testFault(
    `stdws --bus loses nothing of a ${place} in silence when ${what}`,
    async (form) => {
      await using site = await Site.start({
        form,
        place,
        seed: SEED,
        ...(fault.redis && { redis: fault.redis }),
      });
      await site.gathering.talk(EACH, () => fault.run(site));
      assertEquals(await site.verdict(fault), []);
      const { sure } = site.gathering.record;
      assert(sure > 4 * EACH, `${sure} messages arrived for certain`);
    },
    ["haproxy", "redis-server"],
  );
}
