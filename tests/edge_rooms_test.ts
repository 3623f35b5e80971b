import { assertEquals, assertStringIncludes } from "@std/assert";
import { Gathering } from "./support/cluster/gathering.ts";
import { Edge } from "./support/edge.ts";
import { Folder } from "./support/folder.ts";
import { needing } from "./support/programs.ts";
import { Redis } from "./support/redis.ts";

/** What joins instances, and the value of the variable that says so. */
interface Joint extends AsyncDisposable {
  readonly bus: string;
}

const JOINTS: Readonly<Record<string, { needs: string[]; start(): Promise<Joint> }>> = {
  Redis: {
    needs: ["redis-server"],
    async start() {
      const redis = await Redis.start();
      return { bus: redis.url, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
    },
  },
  "Deno KV": {
    needs: [],
    async start() {
      const folder = await Folder.make();
      const dispose = () => folder[Symbol.asyncDispose]();
      return { bus: `kv:${folder.path}/kv`, [Symbol.asyncDispose]: dispose };
    },
  },
};

const FLAGS = ["--no-prompt", "-A", "--unstable-kv"];

for (const [name, { needs, start }] of Object.entries(JOINTS)) {
  const sentence = `edge.ts joins its instances by ${name}: a room is one among them`;
  Deno.test({
    ...needing(sentence, ...needs),
    async fn() {
      await using joint = await start();
      const env = { STDWS_BUS: joint.bus };
      await using one = await Edge.serve(FLAGS, env);
      await using two = await Edge.serve(FLAGS, env);
      const urls = [one, two].map(({ url }) => `${url}chat/red`);
      const url = (index: number) => urls[index % 2] as string;
      await using gathering = await Gathering.begin({
        url,
        members: { resuming: 0, plain: 4 },
        seed: 15,
      });
      await gathering.talk(40);
      assertEquals(await gathering.verdict(), []);
      assertEquals(gathering.ends, []);
      assertEquals(gathering.record.sure, 4 * 40 + 1);
      const page = await (await fetch(one.url.replace("ws:", "http:"))).text();
      assertStringIncludes(
        page,
        `A room is one among all instances of this app, joined by ${name}.`,
      );
    },
  });
}
