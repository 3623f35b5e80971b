import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Lines } from "../support/lines.ts";
import { ROOT } from "../support/server.ts";
import { withDescriptors } from "../support/with_descriptors.ts";
import { abuse } from "./abuse.ts";
import { isAsBefore, possessionsOf } from "./possessions.ts";

abuse("a client that takes descriptors until there are no more", async (attack) => {
  const child = withDescriptors(100, [
    "-A",
    `${ROOT}main.ts`,
    `--engine=${attack.engine}`,
    "--port=0",
    "--redirport=0",
    "--address=127.0.0.1",
    "--route=/=echo",
  ]);
  const lines = new Lines(child.stdout);
  try {
    const line = await lines.until(/Starting WebSocket server/);
    const url = /ws:\S+\//.exec(line)?.[0] ?? "";
    const other = /http:(\S+\/)/.exec(await lines.until(/Starting redirect server/))?.[1];
    const redirected = async () => {
      using client = await RawClient.request(`ws:${other}`);
      return client.answer.status;
    };
    assertEquals(await redirected(), 301);
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
    assertEquals(await redirected(), 503);
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
    assertEquals(await redirected(), 301);
    const said = lines.all.filter((text) => text.includes("Refusing requests: "));
    assertEquals(said.length, 1, said.join("\n"));
    attack.note({ counted: statuses.length });
  } finally {
    child.kill("SIGTERM");
    await Promise.all([child.status, lines.ended]);
  }
}, { engines: ["node"], needs: ["bash"] });
