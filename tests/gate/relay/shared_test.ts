import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { shared, type SharedOptions } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { Folder } from "../../support/folder.ts";
import { JoinedServers } from "./joined_servers.ts";

const sh = (script: string): string[] => ["sh", "-c", script];
const routes = (script: string, options?: SharedOptions) => () => [
  { path: "/s", handler: shared(sh(script), options) },
];

/** The next message, which is a text. */
async function heard(client: RawClient): Promise<string> {
  const received = await client.next();
  return received.kind === "text"
    ? received.data
    : `${received.kind} ${"code" in received ? received.code : ""}`;
}

async function close(...clients: RawClient[]): Promise<void> {
  for (const client of clients) {
    await client.close();
    while ((await client.next()).kind !== "close");
    client[Symbol.dispose]();
  }
}

for (const engine of ["node", "native"] as const) {
  Deno.test(`shared() runs one process among all servers, whose clients hear the same in ${engine}`, async () => {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(3, routes("echo $$; exec cat"), { engine });
    const clients: RawClient[] = [];
    const pids = new Set<string>();
    for (const { url } of servers.all) clients.push(await RawClient.open(`${url}s`));
    const [one, two, three] = clients as [RawClient, RawClient, RawClient];
    pids.add(await heard(one));
    for (const [index, client] of clients.entries()) {
      await client.send(`from ${index}`);
      assertEquals(await Promise.all(clients.map(heard)), Array(3).fill(`from ${index}`));
    }
    assertEquals(pids.size, 1);
    await close(one, two, three);
  });
}

Deno.test("shared() closes the clients of all servers with the code of its program", async () => {
  using _log = new CapturedLog();
  await using servers = await JoinedServers.start(2, routes("read -r go; echo last; exit 3"));
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  await two.send("go");
  for (const client of [one, two]) {
    assertEquals(await client.rest(), { texts: ["last"], closed: "4003 exit status 3" });
    client[Symbol.dispose]();
  }
});

Deno.test("shared() goes on at another server where one ends, and clients elsewhere do not notice", async () => {
  using log = new CapturedLog("access");
  const script = 'while read -r line; do echo "$line of $$"; done';
  await using servers = await JoinedServers.start(3, routes(script));
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  const three = await RawClient.open(`${servers.url(2)}s`);
  await two.send("before");
  const [first] = await Promise.all([one, two, three].map(heard));
  const ended = servers.all[0]?.server.shutdown();
  assertEquals((await one.rest()).closed, "1001 Server shutting down");
  one[Symbol.dispose]();
  await ended;
  await log.until(/RELAY: server \w+ serves it now/);
  await two.send("after");
  const second = await heard(two);
  assertMatch(second, /^after of/);
  assertNotEquals(second.split(" ")[2], first?.split(" ")[2]);
  assertEquals(log.messages.filter((line) => line.includes("Lost")), []);
  await three.send("also");
  assertEquals(await until(two, second.replace("after", "also")), true);
  assertEquals(await until(three, second.replace("after", "also")), true);
  await close(two, three);
});

Deno.test("shared() ends its process where a server holds it no more, and gives another one what was not taken", async () => {
  using log = new CapturedLog("access");
  await using folder = await Folder.make();
  const got = `${folder.path}/got`;
  const script = `echo ready; while read -r line; do echo "$line" >> ${got}; echo "$line"; done`;
  await using servers = await JoinedServers.start(2, routes(script));
  const one = await RawClient.open(`${servers.url(0)}s`);
  assertEquals(await heard(one), "ready");
  const two = await RawClient.open(`${servers.url(1)}s`);
  await two.send("1");
  const bus = servers.all[0]?.bus as LocalBus;
  servers.buses.cut(bus);
  for (let number = 2; number <= 20; number++) await two.send(`${number}`);
  await one.send("own");
  assertEquals(await until(two, "ready"), true);
  servers.buses.mend(bus);
  assertEquals(await until(two, "own"), true);
  await two.send("last");
  assertEquals(await until(one, "last"), true);
  const lines = (await Deno.readTextFile(got)).trim().split("\n");
  assertEquals(new Set(lines).size, lines.length, "a line was given to two processes");
  const said = log.messages.flatMap((line) => /Lost (\d+) message/.exec(line)?.[1] ?? []);
  const lost = said.reduce((sum, count) => sum + Number(count), 0);
  // Some that count as lost may have been taken.
  assertEquals(lines.length + lost >= 22, true, `${lines} and ${said}`);
  await close(one, two);
});

async function until(client: RawClient, text: string): Promise<boolean> {
  for (;;) {
    const next = await heard(client);
    if (next === text || next.startsWith("close")) return next === text;
  }
}
