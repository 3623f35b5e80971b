import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { testEach, TestServer } from "../support/server.ts";

const STATUSES: [script: string, code: number][] = [
  ["exit 0", 0],
  ["exit 3", 3],
  ["kill -TERM $$", 143],
  ["kill -KILL $$", 137],
];
for (const [script, code] of STATUSES) {
  testEach(`stdws --once exits with ${code} where its program ends by: ${script}`, async (form) => {
    const program = ["sh", "-c", `read line; ${script}`];
    await using server = await TestServer.start(["--once", ...program], { form });
    using client = await RawClient.open(server.url);
    await client.send("go");
    const close = await client.next();
    assertEquals(close.kind, "close");
    await client.close();
    assertEquals((await server.child.status).code, code);
  });
}

const ENDS: [
  what: string,
  code: number,
  args: string[],
  end: (client: RawClient) => Promise<void>,
][] = [
  ["is closed by its client", 0, ["--echo"], (client) => client.close(1000)],
  ["is closed without a code", 0, ["--echo"], (client) => client.frame(0x88, new Uint8Array())],
  ["is closed with a code that is not usual", 1, ["--echo"], (client) => client.close(4000)],
  // deno-lint-ignore require-await -- as the others
  ["breaks", 1, ["--echo"], async (client) => client[Symbol.dispose]()],
  // Otherwise it would be ended by a signal where it stands still for a moment.
  [
    "is closed, and its program ends at that",
    0,
    ["--closems=60000", "cat"],
    (client) => client.close(1000),
  ],
];
for (const [what, code, args, end] of ENDS) {
  testEach(`stdws --once exits with ${code} where the connection ${what}`, async (form) => {
    await using server = await TestServer.start(["--once", ...args], { form });
    using client = await RawClient.open(server.url);
    await end(client);
    assertEquals((await server.child.status).code, code);
  });
}

testEach(
  "stdws --once refuses others while it serves one connection, and answers what is none",
  async (form) => {
    const routes = ["--route=/files/*=static tests/support", "--route=/=echo"];
    await using server = await TestServer.start(["--once", ...routes], { form });
    // What is refused is no connection.
    using lost = await RawClient.request(`${server.url}nowhere`);
    assertEquals(lost.answer.status, 404);
    using client = await RawClient.open(server.url);
    using other = await RawClient.request(server.url);
    assertEquals(other.answer.status, 503);
    assertMatch(other.answer.headers.get("retry-after") ?? "", /^\d+$/);
    await server.stdout.until(/ Unable to Upgrade: The server serves one connection$/);
    const page = await HttpClient.ask(server.url.replace("ws", "http"), "GET /files/server.ts");
    assertEquals([page.status, page.whole], [200, true]);
    await client.close();
    assertEquals((await server.child.status).code, 0);
  },
);

testEach("stdws --once takes one of those that come at once", async (form) => {
  await using server = await TestServer.start(["--once", "--closems=60000", "cat"], { form });
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => RawClient.request(server.url)),
  );
  try {
    const statuses = clients.map(({ answer }) => answer.status).sort();
    assertEquals(statuses, [101, ...Array(9).fill(503)]);
    await clients.find(({ answer }) => answer.status === 101)?.close();
    assertEquals((await server.child.status).code, 0);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

testEach(
  "stdws --exit-idle exits with 0 where nobody comes, and after the last one",
  async (form) => {
    // So long that somebody comes in time on a machine that is busy.
    for (const [time, comes] of [["500 ms", false], ["5 s", true]] as const) {
      const option = `--exit-idle=${time.replace(" ", "")}`;
      await using server = await TestServer.start([option, "--echo"], { form });
      if (comes) {
        using client = await RawClient.open(server.url);
        await client.send("hello");
        assertEquals(await client.text(), "hello");
        await client.close();
      }
      assertEquals((await server.child.status).code, 0);
      await server.stdout.until(new RegExp(`There was no connection for ${time}$`));
      await server.stdout.until(/Shutting down$/);
    }
  },
);
