import { assert, assertEquals } from "@std/assert";
import { childrenOf } from "../../lib/process/proc.ts";
import { Cluster } from "../support/cluster/cluster.ts";
import { Gathering } from "../support/cluster/gathering.ts";
import { PLACES } from "../support/cluster/site.ts";
import { Folder } from "../support/folder.ts";
import { type Form, testTable } from "../support/server.ts";

const SEED = 15;
const EACH = 150;

/** Members of one place of a server with so many workers. */
async function meet(
  form: Form,
  handler: (notes: string) => string,
  workers: number,
  test: (gathering: Gathering, cluster: Cluster) => Promise<void>,
): Promise<void> {
  await using folder = await Folder.make();
  const route = `--route=/meet=${handler(`${folder.path}/notes`)}`;
  const args = () => [`--workers=${workers}`, route];
  // Without it, Deno.serve shares no port.
  const start = { form, flags: ["--unstable-net"] };
  await using cluster = await Cluster.start({ servers: 1, front: "haproxy", args, start });
  const url = () => `${cluster.url}/meet`;
  const members = { resuming: 4, plain: 4 };
  const begins = (text: string) => text === "=";
  await using gathering = await Gathering.begin({ url, members, seed: SEED, begins });
  await test(gathering, cluster);
}

// Where there are workers.
const places = Deno.build.os === "linux" ? Object.entries(PLACES) : [];
const testKilled = testTable();
for (const [place, handler] of places) {
  const testMeeting = testTable();
  for (const workers of [2, 4]) {
    testMeeting(
      `stdws --workers=${workers} brings each message of a ${place} to all`,
      (form) =>
        meet(form, handler, workers, async (gathering) => {
          await gathering.talk(EACH);
          assertEquals(await gathering.verdict(), []);
          assertEquals(gathering.ends, []);
          assertEquals(gathering.record.sure, 8 * EACH + 1);
        }),
      ["haproxy"],
    );
  }

  testKilled(
    `stdws --workers=2 loses nothing of a ${place} in silence when a worker is killed`,
    (form) =>
      meet(form, handler, 2, async (gathering, cluster) => {
        await gathering.talk(EACH, () => {
          const [worker] = childrenOf(cluster.server(0).pid);
          assert(worker);
          Deno.kill(worker, "SIGKILL");
          return Promise.resolve();
        });
        assertEquals(await gathering.verdict(), []);
        assert(gathering.record.sure > 4 * EACH);
      }),
    ["haproxy"],
  );
}
