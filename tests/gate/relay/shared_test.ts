import { assertEquals } from "@std/assert";
import { shared, type SharedOptions } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { JoinedServers } from "./joined_servers.ts";

const sh = (script: string): string[] => ["sh", "-c", script];
const routes = (script: string, options?: SharedOptions) => () => [
  { path: "/s", handler: shared(sh(script), options) },
];

/** The next message, which is a text. */
async function heard(client: RawClient): Promise<string> {
  const received = await client.next();
  return received.kind === "text" ? received.data : `${received.kind} ${"code" in received ? received.code : ""}`;
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
