import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";

const CLIENTS = 20;

/** Clients that read everything up to the close frame, do not answer it, and stay. */
async function silent(url: string, count = CLIENTS): Promise<Disposable> {
  const clients = new DisposableStack();
  for (; count > 0; count--) {
    const client = clients.use(await RawClient.open(url));
    await client.send("bye");
    assertEquals((await client.rest()).closed, "1000");
  }
  return clients;
}

abuse("clients that never answer a close frame, and stay", async (attack) => {
  await using server = await attack.start(["--maxforks=1", "head", "-n1"]);
  // The first program brings something with it that stays.
  (await silent(server.url, 1))[Symbol.dispose]();
  await server.stdout.until(/ DISCONNECT$/);
  const before = possessionsOf(server.pid);
  using _clients = await silent(server.url);
  attack.note({ counted: CLIENTS });
  await attack.isAsBefore(server, before);
});

abuse("a shutdown while clients do not answer their close frame", async (attack) => {
  await using server = await attack.start([
    "--route=/head=process head -n1",
    "--route=/cat=process cat",
  ]);
  using _left = await silent(`${server.url}head`);
  using staying = await RawClient.open(`${server.url}cat`);
  const { code } = await server.stop();
  // Not all have ended in time, and it does not wait for ever.
  assertEquals(code, 0);
  assertEquals((await staying.rest()).closed, "1001 Server shutting down");
});
