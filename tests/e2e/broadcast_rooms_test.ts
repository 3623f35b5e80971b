import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

function open(server: TestServer, target: string): Promise<RawClient> {
  return RawClient.open(server.url, { target });
}

/** Opens a client that is known to be in its room: it has got back what it sent. */
async function enter(server: TestServer, target: string): Promise<RawClient> {
  const client = await open(server, target);
  await client.send(`joining ${target}`);
  while (await client.text() !== `joining ${target}`);
  return client;
}

/** The same for one whose joining everybody is told of: what it was told of itself. */
async function meet(
  server: TestServer,
  target: string,
): Promise<{ client: RawClient; id: string; members: number }> {
  const client = await open(server, target);
  const { type, id, members } = JSON.parse(await client.text());
  assertEquals(type, "join");
  return { client, id, members };
}

testEach(
  "stdws --route=/…/:room=broadcast lets routes meet in the room of that name",
  async (form) => {
    const args = ["--route=/watch/:room=broadcast?write=false", "--route=/speak/:room=broadcast"];
    await using server = await TestServer.start([...args, "--route=*=broadcast"], { form });
    using speaker = await enter(server, "/speak/r%C3%A9d");
    using other = await enter(server, "/speak/blue");
    using path = await enter(server, "/r%C3%A9d");
    using viewer = await open(server, "/watch/r%C3%A9d");
    await server.stdout.until(/watch\S+ .*CONNECT$/);
    for (const client of [other, path]) await client.send("elsewhere");
    for (const message of ["a", "b"]) await speaker.send(message);
    assertEquals([await viewer.text(), await viewer.text()], ["a", "b"]);
    assertEquals([await speaker.text(), await other.text()], ["a", "elsewhere"]);
    assertEquals(await path.text(), "elsewhere");
  },
);

testEach(
  "stdws --route=…=broadcast tells a parameter from a path that reads the same",
  async (form) => {
    const args = ["--route=/x/:room=broadcast", "--route=*=broadcast"];
    await using server = await TestServer.start(args, { form });
    using one = await enter(server, "/x/%2Fchat");
    using two = await enter(server, "/chat");
    await one.send("one");
    await two.send("two");
    assertEquals([await one.text(), await two.text()], ["one", "two"]);
  },
);

testEach("stdws --route=…=broadcast?rooms=NAME has the rooms of that name", async (form) => {
  const args = [
    "--route=/a/:room=broadcast?rooms=x",
    "--route=/b/:room=broadcast?rooms=x",
    "--route=/c/:room=broadcast?rooms=y",
    "--route=/d/:room=broadcast",
  ];
  await using server = await TestServer.start(args, { form });
  const clients: RawClient[] = [];
  for (const path of ["/d/r", "/c/r", "/b/r", "/a/r"]) clients.push(await enter(server, path));
  const seen = [];
  for (const client of clients) await client.send("done");
  for (const client of clients.slice(0, 3)) seen.push(await client.text());
  assertEquals(seen, ["done", "done", "joining /a/r"]);
  for (const client of clients) client[Symbol.dispose]();
});

testEach("stdws --route=…=broadcast?history=N sends the last messages first", async (form) => {
  const args = ["--route=/:room=broadcast?history=3", "--route=/short/:room=broadcast?history=1"];
  await using server = await TestServer.start(args, { form });
  {
    using client = await open(server, "/r");
    for (const message of ["a", "b", "ü€😀\0", Uint8Array.of(0, 10, 255)]) {
      await client.send(message);
      await client.next();
    }
  }
  // It has been empty for a while.
  await server.stdout.until(/DISCONNECT$/);
  using long = await open(server, "/r");
  assertEquals<unknown>([await long.next(), await long.next(), await long.next()], [
    { kind: "text", data: "b" },
    { kind: "text", data: "ü€😀\0" },
    { kind: "binary", data: Uint8Array.of(0, 10, 255) },
  ]);
  using short = await open(server, "/short/r");
  assertEquals<unknown>(await short.next(), { kind: "binary", data: Uint8Array.of(0, 10, 255) });
  await long.send("now");
  assertEquals([await long.text(), await short.text()], ["now", "now"]);
});

testEach(
  "stdws --route=…=broadcast?history=N sends much history to a client that reads",
  async (form) => {
    const args = ["--route=/:slow/:room=broadcast?history=200&slow=latest"];
    await using server = await TestServer.start(args, { form });
    using client = await open(server, "/x/r");
    const messages = Array.from({ length: 150 }, (_, index) => `${index} `.padEnd(100_000, "x"));
    for (const message of messages) {
      await client.send(message);
      assertEquals(await client.text(), message);
    }
    using other = await open(server, "/x/r");
    for (const message of messages) assertEquals(await other.text(), message);
    await client.send("now");
    assertEquals(await other.text(), "now");
  },
);

testEach("stdws --route=…=broadcast?echo=false sends to all but the sender", async (form) => {
  const args = ["--route=/:room=broadcast?echo=false&presence"];
  await using server = await TestServer.start(args, { form });
  const ann = await meet(server, "/r");
  const bob = await meet(server, "/r");
  assertMatch(await ann.client.text(), /"join"/);
  await ann.client.send("from ann");
  assertEquals(await bob.client.text(), "from ann");
  await bob.client.send("from bob");
  assertEquals(await ann.client.text(), "from bob");
  for (const { client } of [ann, bob]) client[Symbol.dispose]();
});

testEach("stdws --route=…=broadcast?presence tells who joins and leaves", async (form) => {
  const args = ["--route=/:room=broadcast?presence=true", "--route=/quiet/:room=broadcast"];
  await using server = await TestServer.start(args, { form });
  const ann = await meet(server, "/r");
  const bob = await meet(server, "/r");
  assertEquals([ann.members, bob.members], [1, 2]);
  assert(ann.id !== bob.id);
  const next = async () => JSON.parse(await ann.client.text());
  assertEquals(await next(), { type: "join", id: bob.id, room: "r", members: 2 });
  using quiet = await enter(server, "/quiet/r");
  const { id, ...joined } = await next();
  assertEquals(joined, { type: "join", room: "r", members: 3 });
  assertEquals(await ann.client.text(), "joining /quiet/r");
  // Without a word.
  bob.client[Symbol.dispose]();
  assertEquals(await next(), { type: "leave", id: bob.id, room: "r", members: 2 });
  await quiet.close();
  assertEquals(await next(), { type: "leave", id, room: "r", members: 1 });
  // Those without presence were told of nobody.
  assertEquals((await quiet.next()).kind, "close");
  ann.client[Symbol.dispose]();
});

testEach(
  "stdws --route=…=broadcast?write=false closes a client that sends with 1008",
  async (form) => {
    const args = ["--route=/watch/:room=broadcast?write=false", "--route=/:room=broadcast"];
    await using server = await TestServer.start(args, { form });
    using speaker = await enter(server, "/r");
    using viewer = await open(server, "/watch/r");
    await viewer.send("not heard");
    assertEquals(await viewer.next(), {
      kind: "close",
      code: 1008,
      reason: "Messages are not allowed here",
    });
    await viewer.close(1008);
    await server.stdout.until(/ERROR.*watch.*The client sent a message where it may only read$/);
    await speaker.send("heard");
    assertEquals(await speaker.text(), "heard");
  },
);
