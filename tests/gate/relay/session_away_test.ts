import { assertEquals } from "@std/assert";
import type { ConnectionList } from "../../../lib/admin/connection_list.ts";
import { shared } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { RawSession } from "../../support/raw_session.ts";
import { type Joined, JoinedServers } from "./joined_servers.ts";

/** Asks the place of whoever runs a server. */
async function ask({ server }: Joined, path: string): Promise<Response> {
  const response = await fetch(`${server.admin}${path}`, { headers: { Connection: "close" } });
  return new Response(await response.text());
}

/** Waits until as many of a server's clients are away. */
async function untilAway(joined: Joined, count: number): Promise<void> {
  for (;;) {
    const { connections }: ConnectionList = await (await ask(joined, "connections")).json();
    if (connections.filter(({ away }) => away).length === count) return;
  }
}

async function droppedAt(joined: Joined): Promise<number> {
  const metrics = await (await ask(joined, "metrics")).text();
  return Number(/^stdws_messages_dropped_total\{route="\/s"\} (\d+)$/m.exec(metrics)?.[1]);
}

for (const own of [true, false]) {
  const where = own ? "at its own server" : "at another one";
  Deno.test(`A client that is away is listed so, and what is dropped for it counted, where its program runs ${where}`, async () => {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(
      2,
      () => [{ path: "/s", handler: shared(["cat"]), resume: 60_000, resumeBytes: 16_384 }],
      { admin: { at: { hostname: "127.0.0.1", port: 0 } } },
    );
    const [runner] = servers.all as [Joined, Joined];
    using one = await RawClient.open(`${servers.url(0)}s`);
    using two = await RawSession.begin(`${servers.url(own ? 0 : 1)}s`);
    await one.send("begun");
    assertEquals([await one.text(), await two.text()], ["begun", "begun"]);
    await untilAway(runner, 0);
    await two.acknowledge(1);
    two.client[Symbol.dispose]();
    await untilAway(runner, 1);
    const line = "x".repeat(1_000);
    for (let count = 0; count < 40; count++) {
      await one.send(line);
      assertEquals(await one.text(), line);
    }
    using back = await RawSession.back(`${servers.url(own ? 0 : 1)}s`, two.id, 1);
    const { lost = 0 } = back.greeting;
    assertEquals(lost > 20, true);
    await untilAway(runner, 0);
    assertEquals(await droppedAt(runner), lost);
  });
}
