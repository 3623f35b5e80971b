import { assertEquals } from "@std/assert";
import type { Handler } from "../../../lib/contract.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import type { RawClient } from "../../support/client.ts";
import { offer, RawSession } from "../../support/raw_session.ts";
import { JoinedServers } from "./joined_servers.ts";

/** Says back what it is told, with the number of its connection. */
function numbered(): Handler {
  let number = 0;
  return {
    open(connection) {
      const mine = ++number;
      return { message: (data) => connection.send(`${data} to ${mine}`) };
    },
  };
}

const routes = () => [{ path: "/s", handler: numbered(), resume: 60_000, http: true }];

async function closed(client: RawClient): Promise<string> {
  const { closed } = await client.rest();
  client[Symbol.dispose]();
  return closed;
}

for (const engine of ["node", "native"] as const) {
  Deno.test(`A session is found from another server, which has its client's transport relayed, in ${engine}`, async () => {
    using _log = new CapturedLog();
    await using servers = await JoinedServers.start(2, routes, { engine });
    using one = await RawSession.begin(`${servers.url(0)}s`);
    await one.client.send("a");
    assertEquals(await one.text(), "a to 1");
    assertEquals(one.id.slice(0, 16), servers.all[0]?.bus.self);
    // It has not said that it has the message.
    one.client[Symbol.dispose]();
    using two = await RawSession.back(`${servers.url(1)}s`, one.id, 0);
    assertEquals([two.greeting.received, two.greeting.sent, two.greeting.lost], [1, 0, undefined]);
    assertEquals(await two.text(), "a to 1");
    await two.client.send("b");
    assertEquals(await two.text(), "b to 1");
    assertEquals([servers.all[0], servers.all[1]].map((one) => one?.server.connections), [1, 1]);
    // The newest transport has the session, wherever it is.
    using three = await RawSession.back(`${servers.url(0)}s`, one.id, 2);
    assertEquals(await closed(two.client), "4411 Continued elsewhere");
    await three.client.send("c");
    assertEquals(await three.text(), "c to 1");
    await three.client.close();
    assertEquals(await closed(three.client), "1000");
  });
}

// A bus takes less at once.
const LARGE = 20 * 1024 * 1024;

for (const engine of ["node", "native"] as const) {
  Deno.test(`A session at another server carries messages that no bus takes at once, both ways, in ${engine}`, async () => {
    using _log = new CapturedLog();
    const handler: Handler = {
      open: (connection) => ({ message: (data) => connection.send(data) }),
    };
    await using servers = await JoinedServers.start(
      2,
      () => [{ path: "/s", handler, resume: 60_000, maxFrameSize: 0 }],
      { engine },
    );
    using one = await RawSession.begin(`${servers.url(0)}s`);
    using two = await RawSession.back(`${servers.url(1)}s`, one.id, 0);
    const large = `${"x".repeat(LARGE)}.`;
    await two.client.send(large);
    assertEquals(await two.text() === large, true);
    await two.client.send("small");
    assertEquals(await two.text(), "small");
  });
}

Deno.test("A session at another server that is closed behind more than the bus takes at once gets all of it", async () => {
  using _log = new CapturedLog();
  const handler: Handler = {
    open: (connection) => ({
      message() {
        for (let count = 0; count < 20; count++) connection.send("x".repeat(1_000_000));
        connection.close(4000, "done");
      },
    }),
  };
  // Beyond twice that, whatever is between the two servers is given up.
  await using servers = new JoinedServers({ maxQueue: 4_000_000 });
  const options = { path: "/s", handler, resume: 60_000 };
  for (let count = 0; count < 2; count++) await servers.add([options]);
  using one = await RawSession.begin(`${servers.url(0)}s`);
  using two = await RawSession.back(`${servers.url(1)}s`, one.id, 0);
  await two.client.send("go");
  const { texts, closed } = await two.client.rest();
  const all = texts.filter((text) => !text.startsWith("\x10"));
  assertEquals([all.length, closed], [20, "4000 done"]);
});

Deno.test("A session at another server is closed with 1009 beyond what its own server takes", async () => {
  using log = new CapturedLog();
  let maxFrameSize = LARGE;
  await using servers = await JoinedServers.start(2, () => {
    const all = routes().map((one) => ({ ...one, maxFrameSize }));
    maxFrameSize = 0;
    return all;
  });
  using one = await RawSession.begin(`${servers.url(0)}s`);
  using two = await RawSession.back(`${servers.url(1)}s`, one.id, 0);
  await two.client.send("x".repeat(LARGE + 1));
  assertEquals(await closed(two.client), `1009 A message may have ${LARGE} bytes`);
  await log.until(/^ERROR websocket: A message is larger than 20971520 bytes$/);
});

Deno.test("A session whose server has gone is not known elsewhere", async () => {
  using _log = new CapturedLog();
  await using servers = await JoinedServers.start(2, routes);
  using one = await RawSession.begin(`${servers.url(0)}s`);
  one.client[Symbol.dispose]();
  await servers.all[0]?.server.shutdown();
  await servers.all[0]?.bus[Symbol.asyncDispose]();
  const two = await offer(`${servers.url(1)}s`, one.id);
  await two.send(`\x10{"received":0}`);
  assertEquals(await closed(two), "4410 The session is not known");
});

Deno.test("A session is somebody else's also at its server, if somebody else asks from another one", async () => {
  using _log = new CapturedLog();
  let user = "ann";
  const guards = [{ check: () => ({ user }) }];
  await using servers = await JoinedServers.start(
    2,
    () => routes().map((one) => ({ ...one, guards })),
  );
  using one = await RawSession.begin(`${servers.url(0)}s`);
  user = "bob";
  const two = await offer(`${servers.url(1)}s`, one.id);
  assertEquals(await closed(two), "4410 The session is not known");
  await one.client.close();
  assertEquals(await closed(one.client), "1000");
});

Deno.test("A client whose session is relayed is told to come back where the server of it ends", async () => {
  using _log = new CapturedLog();
  await using servers = await JoinedServers.start(2, routes);
  using one = await RawSession.begin(`${servers.url(0)}s`);
  using two = await RawSession.back(`${servers.url(1)}s`, one.id, 0);
  servers.buses.cut((servers.all[0] as (typeof servers.all)[0]).bus);
  assertEquals(await closed(two.client), "1012 The server of the session has gone");
});

/** Reads an event stream. */
class EventReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.#reader = (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next block of lines, without comments. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (block.includes("data: ")) return block;
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return "";
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("A session of events is found from another server, and goes on with the next event", async () => {
  using _log = new CapturedLog();
  let say = (_: string): void => {};
  const handler: Handler = { open: (connection) => void (say = (text) => connection.send(text)) };
  await using servers = await JoinedServers.start(2, () => [
    { path: "/s", handler, resume: 60_000, http: true },
  ]);
  const at = (index: number) => `${servers.url(index).replace("ws:", "http:")}s`;
  const leaving = new AbortController();
  const headers = { Accept: "text/event-stream" };
  const first = await fetch(at(0), { headers, signal: leaving.signal });
  const one = new EventReader(first.body);
  say("a");
  say("b");
  const [, id = ""] = /^id: (\S+)\.1\ndata: a$/.exec(await one.next()) ?? [];
  assertEquals(id.length, 40);
  leaving.abort();
  say("c");
  const second = await fetch(at(1), { headers: { ...headers, "Last-Event-ID": `${id}.1` } });
  await using two = new EventReader(second.body);
  assertEquals(await two.next(), `id: ${id}.2\ndata: b`);
  assertEquals(await two.next(), `id: ${id}.3\ndata: c`);
  say("d");
  assertEquals(await two.next(), `id: ${id}.4\ndata: d`);
});
