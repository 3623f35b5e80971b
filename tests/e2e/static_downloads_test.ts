import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { lookFor } from "../support/look_for.ts";
import { memoryOf, untilIdle } from "../support/processes.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

const MiB = 2 ** 20;

/** Asks for a file, and reads nothing of the answer. */
async function download(server: TestServer, target: string): Promise<Deno.TcpConn> {
  const { hostname } = new URL(server.url);
  const conn = await Deno.connect({ hostname, port: server.port });
  await conn.write(new TextEncoder().encode(`GET ${target} HTTP/1.1\r\nHost: host\r\n\r\n`));
  return conn;
}

/** How often a process has a file open. */
function handlesOn(pid: number, path: string): number {
  let count = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      if (Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === path) count++;
    } catch {
      // Closed between the two looks.
    }
  }
  return count;
}

/** Waits until a process has a file open so often. */
async function untilHandles(pid: number, path: string, count: number): Promise<void> {
  const found = () => handlesOn(pid, path);
  await lookFor(
    () => found() === count,
    () => `"${path}" ${count} times open, in place of ${found()}`,
  );
}

testEach("stdws --staticdir closes a file whose client leaves", async (form) => {
  await using tree = await Tree.make();
  await tree.grow("big.bin", 500 * MiB);
  const path = `${tree.root}/big.bin`;
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  const clients = await Promise.all(Array.from({ length: 20 }, () => download(server, "/big.bin")));
  await untilHandles(server.pid, path, 20);
  // Some have read of it, some have not.
  for (const [index, client] of clients.entries()) {
    if (index % 2 === 0) await client.read(new Uint8Array(100_000));
    client.close();
  }
  await untilHandles(server.pid, path, 0);
});

testEach("stdws --staticdir closes the file of a client that never waited", async (form) => {
  await using tree = await Tree.make({ "index.html": "alive" });
  await tree.grow("big.bin", 500 * MiB);
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  for (let index = 0; index < 200; index++) (await download(server, "/big.bin")).close();
  // Whatever came of them has been asked for before this.
  using client = await RawClient.request(server.url);
  assertEquals(client.answer.body, "alive");
  await untilHandles(server.pid, `${tree.root}/big.bin`, 0);
});

const CONDITIONS: Record<string, string>[] = [
  {},
  { "If-Match": '"x"' },
  { "If-None-Match": "*" },
  { Range: "bytes=9-" },
  { Range: "bytes=0-0,2-2" },
];
testEach("stdws --staticdir leaves no file open, whatever the answer", async (form) => {
  await using tree = await Tree.make({ "a.txt": "text", README: "text", empty: "" });
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  const names = ["a.txt", "README", "empty"];
  for (const method of ["HEAD", "GET", "POST"]) {
    for (const headers of CONDITIONS) {
      for (const name of names) {
        const url = server.url.replace("ws:", "http:") + name;
        await (await fetch(url, { method, headers })).bytes();
      }
    }
  }
  for (const name of names) await untilHandles(server.pid, `${tree.root}/${name}`, 0);
});

testEach("stdws --staticdir does not grow for clients that do not read", async (form) => {
  await using tree = await Tree.make();
  await tree.grow("big.bin", 500 * MiB);
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  // The first download is paid for by the runtime.
  const clients = [await download(server, "/big.bin")];
  await untilHandles(server.pid, `${tree.root}/big.bin`, 1);
  await untilIdle(server.pid);
  const before = memoryOf(server.pid);
  for (let index = 0; index < 40; index++) clients.push(await download(server, "/big.bin"));
  await untilHandles(server.pid, `${tree.root}/big.bin`, 41);
  await untilIdle(server.pid);
  // Some chunks for each of them, most of which only wait to be collected.
  assertLess((memoryOf(server.pid) - before) / MiB, 120);
  for (const client of clients) client.close();
});

testEach(
  "stdws --staticdir lives on when a file becomes shorter while it is sent",
  async (form) => {
    await using tree = await Tree.make({ "index.html": "alive" });
    await tree.grow("big.bin", 100 * MiB);
    await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
    const client = await download(server, "/big.bin");
    await untilHandles(server.pid, `${tree.root}/big.bin`, 1);
    await untilIdle(server.pid);
    await Deno.truncate(`${tree.root}/big.bin`, 10);
    let count = 0;
    const chunk = new Uint8Array(MiB);
    for (let read; (read = await client.read(chunk).catch(() => null)) !== null;) count += read;
    client.close();
    assertLess(count, 100 * MiB);
    const line = await server.stdout.until(/ERROR/);
    assertMatch(
      line,
      / \| http {7}\| url:'http:\S+' remote:'127\.0\.0\.1' \| Cannot send all of "\S+": it ends at byte \d+$/,
    );
    await untilHandles(server.pid, `${tree.root}/big.bin`, 0);
    using next = await RawClient.request(server.url);
    assertEquals(next.answer.body, "alive");
  },
);

testEach("stdws --staticdir finishes a download whose file is removed", async (form) => {
  await using tree = await Tree.make();
  await tree.grow("big.bin", 20 * MiB);
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  const response = await fetch(`${server.url.replace("ws:", "http:")}big.bin`);
  await Deno.remove(`${tree.root}/big.bin`);
  assertEquals((await response.bytes()).length, 20 * MiB);
});

testEach("stdws --staticdir stops while a download waits for its client", async (form) => {
  await using tree = await Tree.make();
  await tree.grow("big.bin", 500 * MiB);
  await using server = await TestServer.start([`--staticdir=${tree.root}`], { form });
  const client = await download(server, "/big.bin");
  await untilHandles(server.pid, `${tree.root}/big.bin`, 1);
  const { signal } = await server.stop();
  assertEquals(signal, null);
  client.close();
});
