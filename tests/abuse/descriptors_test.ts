import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Lines } from "../support/lines.ts";
import { ROOT } from "../support/server.ts";
import { abuse } from "./abuse.ts";
import { isAsBefore, possessionsOf } from "./possessions.ts";

abuse("a client that takes descriptors until there are no more", async (attack) => {
  // A shell lowers the limit, which a server could not raise again.
  const args = [`--engine=${attack.engine}`, "--port=0", "--address=127.0.0.1", "--route=/=echo"];
  const child = new Deno.Command("bash", {
    args: [
      "-c",
      `ulimit -n 100; exec "$0" run -A --quiet ${ROOT}main.ts "$@"`,
      Deno.execPath(),
      ...args,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = new Lines(child.stdout);
  try {
    const line = await lines.until(/Starting WebSocket server/);
    const url = /ws:\S+\//.exec(line)?.[0] ?? "";
    const before = possessionsOf(child.pid);
    const clients: RawClient[] = [];
    const statuses: number[] = [];
    for (let count = 0; count < 200; count++) {
      const client = await RawClient.request(url);
      statuses.push(client.answer.status);
      // One that is refused is let go of by the server, too.
      if (client.answer.status === 101) clients.push(client);
      else client[Symbol.dispose]();
    }
    assertEquals(new Set(statuses), new Set([101, 503]));
    assert(clients.length > 20, `${clients.length} came in`);
    // Those that are in are served as ever.
    for (const [index, client] of clients.entries()) {
      await client.send(`${index}`);
      assertEquals(await client.text(), `${index}`);
    }
    for (const client of clients) client[Symbol.dispose]();
    await isAsBefore(child.pid, before);
    // It looks again a little later than the last one has gone.
    for (let status = 503; status !== 101;) {
      using client = await RawClient.request(url);
      status = client.answer.status;
    }
    await lines.until(/Taking requests again/);
    const said = lines.all.filter((text) => text.includes("Refusing requests: "));
    assertEquals(said.length, 1, said.join("\n"));
    attack.note({ counted: statuses.length });
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, lines.ended]);
  }
}, { engines: ["node"], needs: ["bash"] });
