import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { untilGone } from "../support/processes.ts";
import { Tree } from "../support/tree.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const LINES = 300;

// More than the system takes for a client, and less than makes the program wait.
const LINE = "x".repeat(10_000);

const PROGRAM = `import os
print(os.getpid(), flush=True)
for number in range(${LINES}): print(number, "${LINE}")`;

abuse("a client that reads on long after its program has ended", async (attack) => {
  await using server = await attack.start(["python3", "-c", PROGRAM]);
  const before = possessionsOf(server.pid);
  using client = await RawClient.open(server.url);
  const pid = Number(await client.text());
  await untilGone(pid);
  const { texts, closed } = await client.rest();
  assertEquals(texts.map((text) => parseInt(text)), Array.from({ length: LINES }, (_, i) => i));
  assertEquals(closed, "1000");
  await client.close();
  attack.note({ counted: LINES });
  await attack.isAsBefore(server, before);
}, { needs: ["python3"] });

const MODULE = `export default {
  open(connection) {
    for (let count = 0; count < 300; count++) connection.send(new Uint8Array(65_536));
    connection.close();
  },
};`;

abuse(
  "a client that never reads what its handler has sent before it closed, with --lingerms",
  async (attack) => {
    await using tree = await Tree.make({ "module.js": MODULE });
    const route = `--route=/=module ${tree.root}/module.js`;
    await using server = await attack.start(["--lingerms=500", route]);
    const before = possessionsOf(server.pid);
    using client = await RawClient.open(server.url);
    await server.stdout.until(/did not take \d+ bytes that were sent to it/);
    const { closed } = await client.rest();
    assertEquals(closed, "1013 Reads too slowly");
    await client.close(1013);
    await attack.isAsBefore(server, before);
  },
  { engines: ["node"] },
);
