import { assertEquals } from "@std/assert";
import { Cluster, type Front } from "../support/cluster/cluster.ts";
import { Gathering } from "../support/cluster/gathering.ts";
import { testEach } from "../support/server.ts";

const ROUTES = ["--route=/room/:room=broadcast?history=200&resume=60s"];
const SEED = 15;

for (const front of ["haproxy", "nginx"] as const satisfies readonly Front[]) {
  testEach(
    `stdws behind ${front} brings each message of a room to everybody, once and in one order`,
    async (form) => {
      const args = () => ROUTES;
      await using cluster = await Cluster.start({ servers: 1, front, args, start: { form } });
      const url = () => `${cluster.url}/room/a`;
      const members = { resuming: 3, plain: 3 };
      await using gathering = await Gathering.begin({ url, members, seed: SEED });
      await gathering.talk(300);
      assertEquals(await gathering.verdict(), []);
      assertEquals(gathering.ends, []);
      assertEquals(gathering.record.sure, 6 * 300 + 1);
    },
    [front],
  );

  testEach(
    `stdws behind ${front} is killed in the middle of a room: whoever lost something knows`,
    async (form) => {
      const args = () => ROUTES;
      await using cluster = await Cluster.start({ servers: 1, front, args, start: { form } });
      const url = () => `${cluster.url}/room/a`;
      const members = { resuming: 3, plain: 3 };
      await using gathering = await Gathering.begin({ url, members, seed: SEED });
      await gathering.talk(300, async () => {
        await cluster.kill(0);
        await cluster.restart(0);
      });
      assertEquals(await gathering.verdict(), []);
      // Plain ones by the break of their connections, the others by a server that does not know them.
      const known = gathering.members.map(({ ends }) => ends.length > 0);
      assertEquals(known, gathering.members.map(() => true));
    },
    [front],
  );
}
