import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { LocalBus } from "../../../lib/bus/local/local_bus.ts";
import { Permits } from "../../../lib/base/permits.ts";
import { shared, type SharedOptions } from "../../../lib/handlers/shared.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { RawClient } from "../../support/client.ts";
import { Folder } from "../../support/folder.ts";
import { RawSession } from "../../support/raw_session.ts";
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
    const script = 'while read -r line; do echo "$line to $$"; done';
    await using servers = await JoinedServers.start(3, routes(script), { engine });
    const clients: RawClient[] = [];
    const pids = new Set<string | undefined>();
    for (const { url } of servers.all) clients.push(await RawClient.open(`${url}s`));
    for (const [index, client] of clients.entries()) {
      await client.send(`from ${index}`);
      const [first = "", ...others] = await Promise.all(clients.map(heard));
      const [text, pid] = first.split(" to ");
      assertEquals([text, others], [`from ${index}`, [first, first]]);
      pids.add(pid);
    }
    assertEquals(pids.size, 1);
    await close(...clients);
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
  // What it was given last it may not have read before its end.
  const said = log.messages.flatMap((line) =>
    /(?:Lost|not have read up to) (\d+) message/.exec(line)?.[1] ?? []
  );
  const lost = said.reduce((sum, count) => sum + Number(count), 0);
  // Some that count as lost may have been taken.
  assertEquals(lines.length + lost >= 22, true, `${lines} and ${said}`);
  await close(one, two);
});

for (const history of [0, 2]) {
  for (const heardBefore of [true, false]) {
    const who = heardBefore ? "" : " that had heard nothing yet";
    Deno.test(`shared() with history=${history} gives a client${who} what it has missed while its server was alone`, async () => {
      using log = new CapturedLog("access");
      await using servers = await JoinedServers.start(2, routes("cat", { history }));
      const one = await RawClient.open(`${servers.url(0)}s`);
      const old = history > 0 && !heardBefore ? ["old"] : [];
      for (const text of old) {
        await one.send(text);
        assertEquals(await heard(one), text);
      }
      const two = await RawClient.open(`${servers.url(1)}s`);
      // It is among those who hear what is said from now on.
      await log.until(/: CONNECT$/, 2);
      if (heardBefore) {
        await two.send("before");
        assertEquals([await heard(one), await heard(two)], ["before", "before"]);
      }
      const bus = servers.all[1]?.bus as LocalBus;
      servers.buses.cut(bus);
      for (const text of ["1", "2", "3"]) {
        await one.send(text);
        assertEquals(await heard(one), text);
      }
      servers.buses.mend(bus);
      for (const text of [...old, "1", "2", "3"]) assertEquals(await heard(two), text);
      await two.send("after");
      assertEquals([await heard(one), await heard(two)], ["after", "after"]);
      await close(one, two);
    });
  }
}

for (const history of [0, 2]) {
  Deno.test(`shared() with history=${history} tells a client that it has missed more than is kept for it`, async () => {
    using _log = new CapturedLog("access");
    await using servers = await JoinedServers.start(2, routes("cat", { history }));
    const one = await RawClient.open(`${servers.url(0)}s`);
    const two = await RawClient.open(`${servers.url(1)}s`);
    await two.send("before");
    assertEquals([await heard(one), await heard(two)], ["before", "before"]);
    servers.buses.cut(servers.all[1]?.bus as LocalBus);
    const texts = Array.from({ length: 4 }, (_, at) => String(at).repeat(600_000));
    for (const text of texts) {
      await one.send(text);
      assertEquals(await heard(one), text);
    }
    servers.buses.mend(servers.all[1]?.bus as LocalBus);
    const missing = history === 0 ? "3 messages were" : "2 messages were";
    assertEquals(await two.rest(), { texts: [], closed: `1013 ${missing} missed` });
    two[Symbol.dispose]();
    await close(one);
  });
}

Deno.test("shared() gives its process what a client says once, wherever the way to that breaks", async () => {
  using log = new CapturedLog("access");
  // Frames until the way breaks.
  let left = Infinity;
  let broken = () => {};
  // Whether the last of them arrives, and whoever hears it has no turn before the way breaks.
  let isHeard = false;
  const cut = () => {
    servers.buses.cut(bus);
    broken();
  };
  const carry = (deliver: () => void) => {
    const isLast = --left === 0;
    if (isLast && !isHeard) cut();
    queueMicrotask(() => {
      deliver();
      if (isLast && isHeard) cut();
    });
  };
  const breaks = (frames: number) => {
    left = frames;
    return new Promise<void>((resolve) => broken = resolve);
  };
  const route = routes("cat", { history: 1000 });
  await using servers = new JoinedServers({ carry });
  await servers.add(route());
  const { bus } = await servers.add(route());
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  for (let at = 0; at < 2 * 6 * 12; at++) {
    isHeard = at % 2 === 1;
    const [first, second] = [1 + Math.floor(at / 24), 1 + Math.floor(at / 2) % 12];
    const texts = ["a", "b", "c"].map((text) => `${at} ${text}`);
    const [a = "", b = "", c = ""] = texts;
    let cutOff = breaks(first);
    await two.send(a);
    await two.send(b);
    await cutOff;
    // While it is led there again.
    cutOff = breaks(second);
    servers.buses.mend(bus);
    await cutOff;
    servers.buses.mend(bus);
    await two.send(c);
    for (const client of [one, two]) {
      const all = [];
      while (all.at(-1) !== c) all.push(await heard(client));
      assertEquals(all, texts);
    }
  }
  assertEquals(log.messages.filter((line) => line.includes("Lost")), []);
  await close(one, two);
});

Deno.test("shared() with framing=tagged closes a client that may have missed something while its server was alone", async () => {
  using _log = new CapturedLog();
  const script = "while read -r line; do echo '*\ta'; done";
  await using servers = await JoinedServers.start(2, routes(script, { framing: "tagged" }));
  const one = await RawClient.open(`${servers.url(0)}s`);
  assertEquals(await heard(one), "a");
  const two = await RawClient.open(`${servers.url(1)}s`);
  assertEquals([await heard(one), await heard(two)], ["a", "a"]);
  const bus = servers.all[1]?.bus as LocalBus;
  servers.buses.cut(bus);
  servers.buses.mend(bus);
  assertEquals((await two.rest()).closed, "1013 Messages were missed");
  two[Symbol.dispose]();
  await close(one);
});

/** Waits for what is written to a folder. */
class Watching implements AsyncDisposable {
  readonly #watcher: Deno.FsWatcher;

  constructor(folder: string) {
    this.#watcher = Deno.watchFs(folder);
  }

  async until(isSo: () => Promise<boolean>): Promise<void> {
    if (await isSo()) return;
    for await (const _ of this.#watcher) if (await isSo()) return;
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#watcher.close();
    } catch {
      // The loop has closed it.
    }
    return Promise.resolve();
  }
}

async function until(client: RawClient, text: string): Promise<boolean> {
  for (;;) {
    const next = await heard(client);
    if (next === text || next.startsWith("close")) return next === text;
  }
}

Deno.test("shared() with framing=tagged knows the clients of all servers, and each gets what is for it", async () => {
  using _log = new CapturedLog();
  const script = `
    while IFS= read -r line; do
      case $line in
        +*|-*) ;;
        *) id=\${line%%\t*}; text=\${line#*\t}
          if [ "$text" = bye ]; then echo "-$id"; else echo "$id\tyou: $text"; echo "*\tall: $text"; fi;;
      esac
    done`;
  await using servers = await JoinedServers.start(2, routes(script, { framing: "tagged" }));
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  await two.send("hello");
  assertEquals([await heard(two), await heard(two)], ["you: hello", "all: hello"]);
  assertEquals(await heard(one), "all: hello");
  await two.send("bye");
  assertEquals((await two.rest()).closed, "1000");
  two[Symbol.dispose]();
  await close(one);
});

Deno.test("shared() with framing=events knows the clients of all servers, and their requests", async () => {
  using _log = new CapturedLog();
  const script =
    `head -n 2 | sed 's/"/_/g; s/.*_path_:_\\([^_]*\\)_.*/{"type":"send","to":"*","data":"\\1"}/'; cat > /dev/null`;
  await using servers = await JoinedServers.start(2, () => [{
    path: "/s",
    handler: shared(sh(script.replace("head", "stdbuf -oL head").replace("sed", "sed -u")), {
      framing: "events",
    }),
  }]);
  const one = await RawClient.open(`${servers.url(0)}s`);
  assertEquals(await heard(one), "/s");
  const two = await RawClient.open(`${servers.url(1)}s?from=elsewhere`);
  assertEquals([await heard(one), await heard(two)], ["/s", "/s"]);
  await close(one, two);
});

Deno.test("shared() gives a client of another server the history first", async () => {
  using _log = new CapturedLog();
  await using servers = await JoinedServers.start(2, routes("cat", { history: 2 }));
  const one = await RawClient.open(`${servers.url(0)}s`);
  for (const text of ["a", "b", "c"]) {
    await one.send(text);
    assertEquals(await heard(one), text);
  }
  const two = await RawClient.open(`${servers.url(1)}s`);
  assertEquals([await heard(two), await heard(two)], ["b", "c"]);
  await close(one, two);
});

Deno.test("shared() drops messages for a client of another server that reads too slowly, and no others", async () => {
  using _log = new CapturedLog();
  const line = "x".repeat(10_000);
  const script =
    `read -r go; for n in $(seq 1 3000); do echo "$n ${line}"; done; read -r end; echo end`;
  await using servers = await JoinedServers.start(2, routes(script, { slow: "latest" }));
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  await two.send("go");
  let last = "";
  while (!last.startsWith("3000 ")) last = await heard(one);
  let count = 0;
  for (last = ""; !last.startsWith("3000 "); count++) last = await heard(two);
  assert(count < 3000, `${count} of 3000 messages came`);
  await one.send("end");
  assertEquals([await heard(one), await heard(two)], ["end", "end"]);
  await close(one, two);
});

Deno.test("shared() with start=now runs before anybody comes, once, and again where its server ends", async () => {
  using _log = new CapturedLog();
  await using folder = await Folder.make();
  const script = `echo $$ >> ${folder.path}/started; exec cat`;
  await using servers = await JoinedServers.start(3, routes(script, { start: "now" }));
  await using watching = new Watching(`${folder.path}`);
  const started = async () =>
    (await Deno.readTextFile(`${folder.path}/started`).catch(() => "")).split("\n").length - 1;
  await watching.until(async () => await started() === 1);
  const holder = servers.all.find(({ server: { connections } }) => connections === 0);
  assert(holder);
  // Whoever holds it ends, one after the other.
  await servers.all[0]?.server.shutdown();
  await servers.all[1]?.server.shutdown();
  const three = await RawClient.open(`${servers.url(2)}s`);
  await three.send("hello");
  assertEquals(await heard(three), "hello");
  assert(await started() >= 2);
  await close(three);
});

Deno.test("shared() is refused with the reason where the server that runs it cannot", async () => {
  using log = new CapturedLog();
  const processes = new Permits(1);
  processes.take();
  await using servers = await JoinedServers.start(2, routes("cat"), { processes });
  for (const index of [0, 1]) {
    using client = await RawClient.request(`${servers.url(index)}s`);
    assertEquals(client.answer.status, 429);
  }
  await log.until(/Max of possible forks already active, shared process not started/);
});

Deno.test("shared() is served elsewhere when its server drains", async () => {
  using log = new CapturedLog("access");
  await using servers = await JoinedServers.start(2, routes("cat"));
  const one = await RawClient.open(`${servers.url(0)}s`);
  const two = await RawClient.open(`${servers.url(1)}s`);
  const drained = servers.all[0]?.server.drain();
  await log.until(/RELAY: server \w+ serves it now/);
  // Each is served again when it is answered.
  await one.send("from one");
  await two.send("from two");
  assertEquals([await until(one, "from one"), await until(two, "from two")], [true, true]);
  await two.send("a");
  assertEquals([await until(one, "a"), await until(two, "a")], [true, true]);
  assertEquals(servers.all.map(({ server }) => server.connections), [1, 2]);
  await close(one);
  await drained;
  await two.send("b");
  assertEquals(await heard(two), "b");
  await close(two);
});

Deno.test("shared() is there for who comes back to a session, wherever it runs", async () => {
  using log = new CapturedLog("access");
  await using servers = await JoinedServers.start(3, () => [
    { path: "/s", handler: shared(["cat"]), resume: 60_000 },
  ]);
  const one = await RawClient.open(`${servers.url(0)}s`);
  using two = await RawSession.begin(`${servers.url(1)}s`);
  await two.client.send("a");
  assertEquals([await heard(one), await two.text()], ["a", "a"]);
  two.client[Symbol.dispose]();
  await one.send("b");
  assertEquals(await heard(one), "b");
  using back = await RawSession.back(`${servers.url(2)}s`, two.id, 1);
  assertEquals([await back.text(), back.greeting.received], ["b", 1]);
  await servers.all[0]?.server.shutdown();
  one[Symbol.dispose]();
  await log.until(/RELAY: server \w+ serves it now/);
  await back.client.send("c");
  assertEquals(await back.text(), "c");
  await close(back.client);
});
