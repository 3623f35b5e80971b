import { assert, assertEquals } from "@std/assert";
import { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { LocalEngine } from "../../../lib/bus/local/local_engine.ts";
import { memoryChannels } from "../../../lib/bus/local/memory_channels.ts";
import { Link } from "../../../lib/workers/link.ts";
import { Folder } from "../../support/folder.ts";
import { Lines } from "../../support/lines.ts";
import { bytes } from "../contract/heard.ts";

const PROGRAM = new URL("./listening_server.ts", import.meta.url).pathname;
const [COUNT, SIZE] = [1_000, 10_000];

Deno.test("LocalEngine holds a bounded amount for a process that is stopped, and tells it what it lost", async () => {
  await using folder = await Folder.make();
  const path = `${folder.path}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const engine = new LocalEngine({ maxQueue: 500_000, maxRecent: 200_000 });
  const args = ["run", "-A", "--no-check", PROGRAM, path];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" }).spawn();
  const lines = new Lines(child.stdout);
  const link = new Link(await listener.accept());
  const { bus: channel } = link.channels;
  engine.join(channel, "worker 1");
  const { ends: [near, far] } = memoryChannels();
  engine.join(far, "worker 2");
  await using bus = new LocalBus(near);
  try {
    await lines.until(/^began$/);
    child.kill("SIGSTOP");
    let most = 0;
    for (let at = 0; at < COUNT; at++) {
      await bus.publish("room", new Uint8Array(SIZE), { count: 1, keep: 5 });
      most = Math.max(most, channel.bufferedAmount);
    }
    // Of 10 MB.
    assert(most > 400_000 && most < 550_000, `${most} bytes waited for it`);
    child.kill("SIGCONT");
    await bus.publish("room", bytes("end"), { count: 1, keep: 5 });
    const line = await lines.until(/^\d+ \d+ \d+$/);
    const [brought = 0, lost = 0, next] = line.split(" ").map(Number);
    assertEquals([brought + lost, next], [COUNT + 1, COUNT + 2]);
    assert(lost > 500 && brought > 50, `${brought} came, and ${lost} were lost`);
    assertEquals(engine.figures.missed, lost);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await lines.ended;
    link.close();
  }
});
