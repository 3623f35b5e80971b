import { assert, assertEquals } from "@std/assert";
import { Cluster, type Front } from "../support/cluster/cluster.ts";
import { Gathering } from "../support/cluster/gathering.ts";
import { testTable } from "../support/server.ts";

const FRONTS: readonly Front[] = ["haproxy", "nginx"];
const SEED = 15;

/** Places where many meet; the program of the last one says what it is told. */
const PLACES: Readonly<Record<string, string>> = {
  room: "broadcast?history=200&resume=60s",
  program: "shared?history=200&resume=60s&linger=60s cat",
};

const testMeeting = testTable();
const testKilled = testTable();
for (const front of FRONTS) {
  for (const [place, handler] of Object.entries(PLACES)) {
    const args = () => [`--route=/meet=${handler}`];
    const members = { resuming: 3, plain: 3 };

    testMeeting(
      `stdws behind ${front} brings each message of a ${place} to all, once and in one order`,
      async (form) => {
        await using cluster = await Cluster.start({ servers: 1, front, args, start: { form } });
        const url = () => `${cluster.url}/meet`;
        await using gathering = await Gathering.begin({ url, members, seed: SEED });
        await gathering.talk(150);
        assertEquals(await gathering.verdict(), []);
        assertEquals(gathering.ends, []);
        assertEquals(gathering.record.sure, 6 * 150 + 1);
      },
      [front],
    );

    testKilled(
      `stdws behind ${front} is killed in the middle of a ${place}: whoever lost something knows`,
      async (form) => {
        await using cluster = await Cluster.start({ servers: 1, front, args, start: { form } });
        const url = () => `${cluster.url}/meet`;
        await using gathering = await Gathering.begin({ url, members, seed: SEED });
        await gathering.talk(150, async () => {
          await cluster.kill(0);
          await cluster.restart(0);
        });
        assertEquals(await gathering.verdict(), []);
        // Plain ones by the break of their connections, the others by a server that does not know them.
        for (const { name, ends } of gathering.members) {
          assert(ends.some(({ code }) => name.startsWith("p") || code === 4410), name);
        }
      },
      [front],
    );
  }
}
