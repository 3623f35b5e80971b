import { assertEquals } from "@std/assert";
import { LocalBus } from "../../lib/bus/local/local_bus.ts";
import { MemoryBuses } from "../../lib/bus/local/memory_buses.ts";
import { broadcast, type EngineName, type Handler, serve, type Server } from "../../lib/mod.ts";
import { RawClient } from "../support/client.ts";

/** Enters the room that its path names, and says there what it is told. */
const module: Handler = {
  open(connection, { params: { room = "" } }) {
    connection.join(room);
    connection.send("in");
    return { message: (data) => void connection.publish(room, data, { echo: false }) };
  },
};

/** Two servers on one bus. */
class Pair implements AsyncDisposable {
  /** What waits on its way as long as it is shut. */
  #waiting: (() => void)[] | undefined;
  readonly buses = new MemoryBuses({
    carry: (deliver) => this.#waiting ? void this.#waiting.push(deliver) : queueMicrotask(deliver),
  });
  readonly bus: [LocalBus, LocalBus] = [this.buses.join(), this.buses.join()];
  readonly servers: Server[] = [];

  static async start(engine: EngineName): Promise<Pair> {
    const pair = new Pair();
    for (const bus of pair.bus) {
      pair.servers.push(
        await serve({
          port: 0,
          addresses: ["127.0.0.1"],
          engine,
          bus,
          http: true,
          routes: [
            { path: "/chat/:room", handler: broadcast({ history: 5, presence: false }) },
            { path: "/who/:room", handler: broadcast({ presence: true, rooms: "who" }) },
            { path: "/module/:room", handler: module },
            { path: "/strict/:room", handler: broadcast({ rooms: "strict" }), away: "close" },
          ],
        }),
      );
    }
    return pair;
  }

  /** Has everything wait that is on its way between servers. */
  shut(): void {
    this.#waiting = [];
  }

  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const deliver of waiting) deliver();
  }

  url(index: number, path: string): string {
    return `${this.servers[index]?.addresses[0] ?? ""}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.shutdown()));
    await this.buses[Symbol.asyncDispose]();
  }
}

/** Tests something on each engine. */
function testEngines(name: string, test: (pair: Pair) => Promise<void>): void {
  for (const engine of ["node", "native"] as const) {
    Deno.test(`${name} [${engine}]`, async () => {
      await using pair = await Pair.start(engine);
      await test(pair);
    });
  }
}

testEngines(
  "serve() with a bus has clients of two servers in one room, with its history",
  async (pair) => {
    using ann = await RawClient.open(pair.url(0, "chat/hall"));
    using bob = await RawClient.open(pair.url(1, "chat/hall"));
    using module = await RawClient.open(pair.url(1, "module/hall"));
    assertEquals(await module.text(), "in");
    for (let index = 0; index < 20; index++) {
      await ann.send(`ann ${index}`);
      await bob.send(`bob ${index}`);
    }
    const heard: string[][] = [[], [], []];
    for (let index = 0; index < 40; index++) {
      for (const [who, client] of [ann, bob, module].entries()) {
        heard[who]?.push(
          await client.text(),
        );
      }
    }
    assertEquals(heard[1], heard[0]);
    assertEquals(heard[2], heard[0]);
    assertEquals(heard[0]?.filter((text) => text.startsWith("ann")).at(-1), "ann 19");
    // Without its own.
    await module.send("from the module");
    assertEquals([await ann.text(), await bob.text()], ["from the module", "from the module"]);
    await ann.send("to the module");
    assertEquals(await module.text(), "to the module");
    using late = await RawClient.open(pair.url(1, "chat/hall"));
    const all = [...heard[0] ?? [], "from the module", "to the module"];
    for (const text of all.slice(-5)) assertEquals(await late.text(), text);
  },
);

testEngines(
  "serve() with a bus takes a POST at one server, and a client with a mark at the other",
  async (pair) => {
    const http = (index: number) => pair.url(index, "chat/hall").replace("ws:", "http:");
    using ann = await RawClient.open(pair.url(0, "chat/hall"));
    for (const text of ["1", "2", "3"]) {
      await fetch(http(1), {
        method: "POST",
        body: text,
        headers: { "Content-Type": "text/plain" },
      })
        .then((answer) => answer.body?.cancel());
      assertEquals(await ann.text(), text);
    }
    const first = await eventsOf(http(0), undefined, "data: 3\n");
    assertEquals([...first.matchAll(/^data: (.*)$/gm)].map(([, data]) => data), [
      "1",
      "2",
      "3",
    ]);
    const [id] = /(?<=^id: )\S+(?=\ndata: 2$)/m.exec(first) ?? [];
    const again = await eventsOf(http(1), id, "data: 3\n");
    assertEquals([...again.matchAll(/^data: (.*)$/gm)].map(([, data]) => data), ["3"]);
  },
);

testEngines("serve() with a bus tells who joins and leaves at either server", async (pair) => {
  using ann = await RawClient.open(pair.url(0, "who/hall"));
  const notice = async (client: RawClient) => {
    const { type, room, members } = JSON.parse(await client.text());
    return [type, room, members];
  };
  assertEquals(await notice(ann), ["join", "hall", 1]);
  using bob = await RawClient.open(pair.url(1, "who/hall"));
  assertEquals(await notice(bob), ["join", "hall", 2]);
  assertEquals(await notice(ann), ["join", "hall", 2]);
  await bob.close();
  assertEquals(await notice(ann), ["leave", "hall", 1]);
});

testEngines(
  "serve() with away=close closes with 1013 and refuses with 503 while the engine is away",
  async (pair) => {
    using strict = await RawClient.open(pair.url(0, "strict/hall"));
    using lax = await RawClient.open(pair.url(0, "chat/hall"));
    using other = await RawClient.open(pair.url(1, "chat/hall"));
    await lax.send("before");
    assertEquals([await lax.text(), await other.text()], ["before", "before"]);
    pair.buses.cut(pair.bus[0]);
    assertEquals(await strict.next(), {
      kind: "close",
      code: 1013,
      reason: "The other servers cannot be reached",
    });
    await strict.close(1013);
    using refused = await RawClient.request(pair.url(0, "strict/hall"));
    assertEquals([refused.answer.status, refused.answer.headers.get("retry-after")], [503, "5"]);
    await lax.send("alone");
    assertEquals(await lax.text(), "alone");
    pair.buses.mend(pair.bus[0]);
    assertEquals(await other.text(), "alone");
    await other.send("again");
    assertEquals(await lax.text(), "again");
    using welcome = await RawClient.open(pair.url(0, "strict/hall"));
    await welcome.send("hello");
    assertEquals(await welcome.text(), "hello");
  },
);

testEngines(
  "serve() with a bus closes with 1013 whoever missed something, and says how much",
  async (pair) => {
    using ann = await RawClient.open(pair.url(0, "chat/hall"));
    using bob = await RawClient.open(pair.url(1, "chat/hall"));
    await ann.send("here");
    assertEquals([await ann.text(), await bob.text()], ["here", "here"]);
    pair.buses.cut(pair.bus[0]);
    const large = "x".repeat(1024 * 1024);
    for (let index = 0; index < 40; index++) {
      await bob.send(large);
      await bob.next();
    }
    pair.buses.mend(pair.bus[0]);
    const end = await ann.next();
    assertEquals([end.kind, end.kind === "close" && end.code], ["close", 1013]);
    assertEquals(
      /^\d+ messages were missed$/.test(end.kind === "close" ? end.reason : ""),
      true,
    );
    await ann.close(1013);
  },
);

Deno.test("serve() with a bus does not read clients who say more than the engine takes [node]", async () => {
  await using pair = await Pair.start("node");
  using ann = await RawClient.open(pair.url(0, "chat/hall"));
  using bob = await RawClient.open(pair.url(1, "chat/hall"));
  await ann.send("here");
  assertEquals([await ann.text(), await bob.text()], ["here", "here"]);
  pair.shut();
  const size = 100_000;
  // Less than what may wait for one who reads too slowly.
  const count = 150;
  let sent = 0;
  const flood = ann.flood(count, (index) => {
    sent = index;
    return new Uint8Array(size).fill(index % 256);
  });
  // It stands still when nothing more is read: what is on its way is in buffers of the system.
  for (let before = -1; before !== sent || pair.bus[0].bufferedAmount < 4_000_000;) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals(sent < count - 10, true);
  assertEquals(pair.bus[0].bufferedAmount < 8_000_000, true);
  pair.open();
  const own = (async () => {
    for (let index = 0; index < count; index++) await ann.next();
  })();
  for (let index = 0; index < count; index++) {
    const message = await bob.next();
    assertEquals(message.kind === "binary" && [message.data.length, message.data[0]], [
      size,
      index % 256,
    ]);
  }
  await Promise.all([flood, own]);
});

Deno.test("serve() with a bus closes clients with 1013 who say more than the engine takes [native]", async () => {
  await using pair = await Pair.start("native");
  using ann = await RawClient.open(pair.url(0, "chat/hall"));
  await ann.send("here");
  assertEquals(await ann.text(), "here");
  pair.shut();
  await ann.flood(100, () => new Uint8Array(100_000));
  assertEquals(await ann.next(), {
    kind: "close",
    code: 1013,
    reason: "Sends more than the servers take",
  });
  await ann.close(1013).catch(() => {});
  pair.open();
});

/** Reads events until a line is there. */
async function eventsOf(url: string, id: string | undefined, last: string): Promise<string> {
  const stop = new AbortController();
  const answer = await fetch(url, {
    headers: { Accept: "text/event-stream", ...(id === undefined ? {} : { "Last-Event-ID": id }) },
    signal: stop.signal,
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(last)) break;
  }
  stop.abort();
  return text;
}
