import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { terminal } from "../../../lib/handlers/terminal.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { TerminalClient } from "../../e2e/terminal_client.ts";
import { needing } from "../../support/programs.ts";
import { JoinedServers } from "./joined_servers.ts";

const SCRIPT = 'echo "pid $$."; while read -r line; do echo "<$line>"; done; exit 5';
const routes = () => [{
  path: "/t",
  handler: terminal(["sh", "-c", SCRIPT], { shared: true }),
}];

const pidIn = (screen: string) => /pid (\d+)\./.exec(screen)?.[1];

Deno.test({
  ...needing(
    "terminal() with shared=true is one among all servers, and drawn for whoever comes",
    "setsid",
  ),
  async fn() {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(2, routes);
    using one = await TerminalClient.open(`${servers.url(0)}t?columns=100&rows=40`);
    const pid = pidIn(await one.until("."));
    await one.type("one\r");
    await one.until("<one>");
    using two = await TerminalClient.open(`${servers.url(1)}t?columns=120&rows=30`);
    assertEquals(two.told, [{ write: true, shared: true, columns: 100, rows: 40 }]);
    assertMatch(await two.until("<one>"), new RegExp(`^\\x1bcpid ${pid}\\.\\r\\none\\r\\n<one>$`));
    await two.type("two\r");
    for (const client of [one, two]) await client.until("<two>");
    assertEquals(one.told.at(-1), { columns: 100, rows: 30 });
    // Its way breaks, and it misses something.
    const bus = servers.all[1]?.bus as LocalBus;
    servers.buses.cut(bus);
    await one.type("three\r");
    await one.until("<three>");
    servers.buses.mend(bus);
    const again = await two.until("<three>");
    assertEquals(pidIn(again), pid);
    await two.type("\x04");
    for (const client of [one, two]) {
      assertEquals((await client.rest()).closed, "4005 exit status 5");
    }
  },
});

Deno.test({
  ...needing("terminal() with shared=true goes on at another server where its own ends", "setsid"),
  async fn() {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(2, routes);
    using one = await TerminalClient.open(`${servers.url(0)}t`);
    using two = await TerminalClient.open(`${servers.url(1)}t`);
    const pid = pidIn(await two.until("."));
    const ended = servers.all[0]?.server.shutdown();
    assertEquals((await one.rest()).closed, "1001 Server shutting down");
    await ended;
    assertNotEquals(pidIn(await two.until(/pid \d+\./)), pid);
    await two.type("hello\r");
    await two.until("<hello>");
    await two.type("\x04");
    assertEquals((await two.rest()).closed, "4005 exit status 5");
  },
});
