import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

const CLIENTS = 1_000;
const SENDERS = 5;
const MESSAGES = 20;

testEach("stdws --route=…=broadcast loses nothing with 1,000 clients in one room", async (form) => {
  const args = ["--route=/:room=broadcast?history=1000", "--loglevel=info"];
  await using server = await TestServer.start(args, { form });
  using stack = new DisposableStack();
  const clients: RawClient[] = [];
  while (clients.length < CLIENTS) {
    const opening = Array.from({ length: 100 }, async () => {
      return stack.use(await RawClient.open(server.url, { target: "/r" }));
    });
    clients.push(...await Promise.all(opening));
  }
  // In the room are those who get what the last one says: who has come before is in there by then.
  await clients.at(-1)?.send("all here");
  for (const client of clients) assertEquals(await client.text(), "all here");

  const sending = clients.slice(0, SENDERS).map(async (client, sender) => {
    for (let count = 0; count < MESSAGES; count++) await client.send(`${sender} ${count}`);
  });
  const seen = await Promise.all(clients.map(async (client) => {
    const texts: string[] = [];
    while (texts.length < SENDERS * MESSAGES) texts.push(await client.text());
    return texts.join();
  }));
  await Promise.all(sending);
  // All in the same order, and each sender's in his.
  assertEquals(new Set(seen).size, 1);
  const texts = seen[0]?.split(",") ?? [];
  for (let sender = 0; sender < SENDERS; sender++) {
    const expected = Array.from({ length: MESSAGES }, (_, count) => `${sender} ${count}`);
    assertEquals(texts.filter((text) => text.startsWith(`${sender} `)), expected);
  }
  using late = await RawClient.open(server.url, { target: "/r" });
  for (const text of ["all here", ...texts]) assertEquals(await late.text(), text);
  // Had anybody got anything twice, it would come before this.
  await late.send("done");
  for (const client of clients) assertEquals(await client.text(), "done");
});
