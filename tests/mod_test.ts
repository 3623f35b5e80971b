import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  broadcast,
  directory,
  echo,
  type Handler,
  HandshakeError,
  ListenError,
  process,
  serve,
  UsageError,
} from "../lib/mod.ts";
import { RawClient } from "./support/client.ts";
import { isAlive } from "./support/processes.ts";

const HERE = { port: 0, addresses: ["127.0.0.1"] };

Deno.test("serve() dispatches several routes, the first that matches wins", async () => {
  await using server = await serve({
    ...HERE,
    routes: [
      { path: "/echo", handler: echo() },
      { path: "/rooms/:room", handler: broadcast() },
      {
        path: "/who/:name",
        handler: { open: (to, { params }) => to.send(`you are ${params.name}`) },
      },
      { path: "*", handler: process(["cat"]) },
    ],
  });
  const [url = ""] = server.addresses;
  using echoed = await RawClient.open(`${url}echo`);
  await echoed.send("a");
  assertEquals(await echoed.text(), "a");
  using who = await RawClient.open(`${url}who/M%C3%BCller%2F1`);
  assertEquals(await who.text(), "you are Müller/1");
  using cat = await RawClient.open(`${url}anything`);
  await cat.send("b");
  assertEquals(await cat.text(), "b");
});

const FAILING: [name: string, handler: Handler, end: string][] = [
  ["open", { open: () => fail("in open") }, "1011 Internal error"],
  ["message", { open: () => ({ message: () => fail("in message") }) }, "1011 Internal error"],
  [
    "close",
    { open: (to) => (to.close(4001, "done"), { close: () => fail("in close") }) },
    "4001 done",
  ],
];
for (const [name, handler, end] of FAILING) {
  Deno.test(`serve() ends one connection, and no other, whose handler throws in ${name}`, async () => {
    await using server = await serve({
      ...HERE,
      routes: [{ path: "/bad", handler }, { path: "/echo", handler: echo() }],
    });
    const [url = ""] = server.addresses;
    using good = await RawClient.open(`${url}echo`);
    using bad = await RawClient.open(`${url}bad`);
    await bad.send("x");
    assertEquals((await bad.rest()).closed, end);
    await bad.close();
    await good.send("still here");
    assertEquals(await good.text(), "still here");
  });
}

const REFUSING: [what: string, accept: Handler["accept"], status: number][] = [
  ["answers with a response", () => new Response("no", { status: 402 }), 402],
  ["throws a HandshakeError", () => fail(new HandshakeError(403, "no")), 403],
  ["throws anything else", () => fail("broken"), 500],
  ["rejects", () => Promise.reject(new HandshakeError(410, "gone")), 410],
];
for (const [what, accept, status] of REFUSING) {
  Deno.test(`serve() answers ${status} where accept ${what}`, async () => {
    const handler: Handler = accept ? { accept } : {};
    await using server = await serve({ ...HERE, routes: [{ path: "*", handler }] });
    using client = await RawClient.request(server.addresses[0] ?? "");
    assertEquals(client.answer.status, status);
  });
}

Deno.test("serve() calls close of a session once, with the client's code and reason", async () => {
  const closes: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const handler: Handler = {
    open: () => ({
      close(code, reason) {
        closes.push(`${code} ${reason}`);
        resolve();
      },
    }),
  };
  {
    await using server = await serve({ ...HERE, routes: [{ path: "*", handler }] });
    using client = await RawClient.open(server.addresses[0] ?? "");
    await client.close(4321, "enough");
    await promise;
  }
  assertEquals(closes, ["4321 enough"]);
});

Deno.test("serve() disposes its handlers after their connections were told to close", async () => {
  const events: string[] = [];
  const handler: Handler = {
    open: () => ({ close: (code) => void events.push(`close ${code}`) }),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push("disposed")),
  };
  const server = await serve({ ...HERE, routes: [{ path: "*", handler }] });
  using client = await RawClient.open(server.addresses[0] ?? "");
  const answered = client.next().then(() => client.close(1001));
  assertEquals(await server.shutdown(), true);
  await answered;
  assertEquals(events, ["close 1001", "disposed"]);
  await assertRejects(() => RawClient.open(server.addresses[0] ?? ""));
});

Deno.test("serve() throws a ListenError that names the address", async () => {
  await using server = await serve({ ...HERE, routes: [] });
  const port = Number(new URL(server.addresses[0] ?? "").port);
  await assertRejects(
    () => serve({ port, addresses: ["127.0.0.1"], routes: [] }),
    ListenError,
    `127.0.0.1:${port}`,
  );
});

Deno.test("serve() listens on all interfaces, IPv4 and IPv6, when no address is named", async () => {
  await using server = await serve({
    port: 0,
    routes: [{ path: "*", handler: process(["sh", "-c", "echo $REMOTE_ADDR"]) }],
  });
  const { port } = new URL(server.addresses[0] ?? "");
  for (const [host, address] of [["127.0.0.1", "127.0.0.1"], ["[::1]", "::1"]]) {
    using client = await RawClient.open(`ws://${host}:${port}/`);
    assertEquals(await client.text(), address);
  }
});

Deno.test("process() and directory() throw a UsageError that names what is not there", () => {
  assertThrows(() => process(["no-such-program"]), UsageError, "no-such-program");
  assertThrows(() => directory("no-such-folder"), UsageError, "no-such-folder");
});

Deno.test("process() runs as many processes as connections, ended with the server", async () => {
  const server = await serve({
    ...HERE,
    routes: [{ path: "*", handler: process(["sh", "-c", "echo $$; exec cat"]) }],
  });
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(server.addresses[0] ?? "")));
  const pids = await Promise.all(clients.map((client) => client.text()));
  assertEquals(new Set(pids).size, 3);
  await server.shutdown();
  assertEquals(pids.filter((pid) => isAlive(Number(pid))), []);
  for (const client of clients) client[Symbol.dispose]();
});

function fail(error: unknown): never {
  throw error;
}
