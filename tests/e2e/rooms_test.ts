import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

const MESSAGES = ["text", "", "a\nb\r\n", "ü€😀\0", new Uint8Array(), Uint8Array.of(0, 10, 255)];

async function expect(client: RawClient, message: string | Uint8Array): Promise<void> {
  const kind = typeof message === "string" ? "text" : "binary";
  assertEquals<unknown>(await client.next(), { kind, data: message });
}

testEach("stdws --echo sends text back as text and bytes as bytes", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using client = await RawClient.open(server.url);
  for (const message of MESSAGES) await client.send(message);
  for (const message of MESSAGES) await expect(client, message);
});

testEach("stdws --echo sends to nobody but the sender", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  using one = await RawClient.open(server.url);
  using two = await RawClient.open(server.url);
  await one.send("from one");
  await expect(one, "from one");
  await two.send("from two");
  await expect(two, "from two");
});

/** Opens a connection that is in its room: it has got back what it sent. */
async function join(server: TestServer, path: string): Promise<RawClient> {
  const client = await RawClient.open(server.url, { target: path });
  await client.send("joining");
  await expect(client, "joining");
  return client;
}

testEach("stdws --broadcast sends every message to all, the sender included", async (form) => {
  await using server = await TestServer.start(["--broadcast"], { form });
  using one = await join(server, "/");
  using two = await join(server, "/");
  await expect(one, "joining");
  for (const message of MESSAGES) {
    await one.send(message);
    await expect(one, message);
    await expect(two, message);
    await two.send(message);
    await expect(two, message);
    await expect(one, message);
  }
});

const ROOMS: [one: string, two: string, same: boolean][] = [
  ["/a", "/a", true],
  ["/a?x=1", "/a?x=2", true],
  ["/%61", "/a", true],
  ["/a", "/b", false],
  ["/a", "/a/", false],
  ["/a", "/A", false],
  ["/", "/a", false],
];
const testRoom = testTable();
for (const [first, second, same] of ROOMS) {
  const title = `stdws --broadcast takes ${first} and ${second} for ${same ? "one room" : "two"}`;
  testRoom(title, async (form) => {
    await using server = await TestServer.start(["--broadcast"], { form });
    using one = await join(server, first);
    using two = await join(server, second);
    if (same) await expect(one, "joining");
    await one.send("from one");
    await expect(one, "from one");
    if (same) await expect(two, "from one");
    await two.send("from two");
    await expect(two, "from two");
    if (same) await expect(one, "from two");
    await one.send("again");
    await expect(one, "again");
  });
}

testEach("stdws --broadcast keeps the order that all see", async (form) => {
  await using server = await TestServer.start(["--broadcast"], { form });
  const clients = [await join(server, "/"), await join(server, "/"), await join(server, "/")];
  const [one, two] = clients as [RawClient, RawClient];
  await expect(one, "joining");
  await expect(one, "joining");
  await expect(two, "joining");
  const sent = clients.map(async (client, index) => {
    for (let count = 0; count < 200; count++) await client.send(`${index} ${count}`);
  });
  await Promise.all(sent);
  const seen: string[][] = [];
  for (const client of clients) {
    const texts: string[] = [];
    while (texts.length < 600) texts.push(await client.text());
    seen.push(texts);
    client[Symbol.dispose]();
  }
  assertEquals(seen[1], seen[0]);
  assertEquals(seen[2], seen[0]);
  const of = (index: number) => (seen[0] ?? []).filter((text) => text.startsWith(`${index} `));
  assertEquals(of(1), Array.from({ length: 200 }, (_, count) => `1 ${count}`));
});

testEach("stdws --broadcast goes on when somebody leaves without a word", async (form) => {
  await using server = await TestServer.start(["--broadcast"], { form });
  using one = await join(server, "/");
  const two = await join(server, "/");
  await expect(one, "joining");
  two[Symbol.dispose]();
  await server.stdout.until(/DISCONNECT$/);
  await one.send("still here");
  await expect(one, "still here");
});
