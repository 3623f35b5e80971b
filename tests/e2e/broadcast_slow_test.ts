import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

const SIZE = 100_000;
const QUICK = 10;
// Many more than the kernel takes for a client that does not read.
const MOST = 5_000;

function message(index: number): string {
  return `${index} `.padEnd(SIZE, "x");
}

/**
 * Sends to quick clients, each of which gets every message before the next is sent, and to one that does
 * not read, until the log says that this one is slow, and some more.
 *
 * @param found Called when the log has said so.
 * @returns How many were sent.
 */
async function outrun(
  server: TestServer,
  quick: readonly RawClient[],
  found: () => void,
): Promise<number> {
  const [sender] = quick;
  let sent = 0;
  for (let more = 50; more > 0 && sent < MOST; sent++) {
    await sender?.send(message(sent));
    const texts = await Promise.all(quick.map((client) => client.text()));
    assert(texts.every((text) => text === message(sent)), `message ${sent}`);
    if (!server.stdout.all.some((line) => line.includes("reads too slowly"))) continue;
    if (more-- === 50) found();
  }
  return sent;
}

async function withSlow(
  form: Parameters<Parameters<typeof testEach>[1]>[0],
  policy: string,
  test: (server: TestServer, slow: RawClient, sent: number) => Promise<void>,
  found: (slow: RawClient) => void = () => {},
): Promise<void> {
  const args = [`--route=/:room=broadcast?slow=${policy}`];
  await using server = await TestServer.start(args, { form });
  using clients = new DisposableStack();
  const open = async () => clients.use(await RawClient.open(server.url, { target: "/r" }));
  const slow = await open();
  const quick = await Promise.all(Array.from({ length: QUICK }, open));
  while (server.stdout.all.filter((line) => line.endsWith("| CONNECT")).length <= QUICK) {
    await server.stdout.after(server.stdout.all.length, /CONNECT$/);
  }
  await test(server, slow, await outrun(server, quick, () => found(slow)));
}

testEach(
  "stdws --route=…=broadcast closes a client that does not read with 1013, and no other",
  async (form) => {
    // It has a few seconds to take something, and to be told, however long the others go on.
    let reading: ReturnType<RawClient["rest"]> | undefined;
    await withSlow(form, "close", async (server, slow, sent) => {
      const { texts, closed } = await (reading ?? slow.rest());
      assertEquals(closed, "1013 Reads too slowly");
      assert(texts.length > 0 && texts.length < sent);
      assert(texts.every((text, index) => text === message(index)));
      const lines = server.stdout.all.filter((line) => line.includes("reads too slowly"));
      assertEquals(lines.length, 1);
    }, (slow) => reading = slow.rest());
  },
);

for (const policy of ["drop-oldest", "latest"]) {
  testEach(
    `stdws --route=…=broadcast?slow=${policy} drops for a client that does not read, and counts`,
    async (form) => {
      await withSlow(form, policy, async (server, slow, sent) => {
        const got: number[] = [];
        while (got.at(-1) !== sent - 1) {
          const text = await slow.text();
          got.push(parseInt(text));
          assertEquals(text, message(got.at(-1) ?? 0));
        }
        assertEquals(got, got.toSorted((one, other) => one - other));
        const line = await server.stdout.until(/reads again/);
        const dropped = Number(/reads again: (\d+) messages? w/.exec(line)?.[1]);
        assertEquals(got.length + dropped, sent);
        // Some that were under way, then the last of all: one, or what 1 MiB holds.
        const gaps = got.filter((index, at) => at > 0 && index !== (got[at - 1] ?? 0) + 1);
        assertEquals(gaps, [policy === "latest" ? sent - 1 : sent - 10]);
      });
    },
  );
}
