import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

// Each answer is one write.
const ANSWERING = 'while read -r size; do dd if=/dev/zero bs="$size" count=1 status=none; done';

async function answer(client: RawClient, size: number): Promise<number> {
  await client.send(new TextEncoder().encode(`${size}\n`));
  const received = await client.next();
  return received.kind === "binary" ? received.data.length : NaN;
}

const FIRST = [1, 511, 512, 513, 1_000, 2_048, 2_049, 4_096, 8_192, 10_000, 65_535, 65_536];
testEach("stdws --binary makes one message of the first write of a program", async (form) => {
  const server = await TestServer.start(["--binary", "sh", "-c", ANSWERING], { form });
  await using _ = server;
  for (const size of FIRST) {
    using client = await RawClient.open(server.url);
    assertEquals(await answer(client, size), size);
  }
});

const LATER = [1, 1_000, 1_000, 20, 600, 1, 65_536, 65_536, 7, 5_000, 512, 513, 40_000, 1, 65_535];
testEach("stdws --binary makes one message of each write that comes later", async (form) => {
  await using server = await TestServer.start(["--binary", "sh", "-c", ANSWERING], { form });
  using client = await RawClient.open(server.url);
  const sizes = [];
  for (const size of LATER) sizes.push(await answer(client, size));
  assertEquals(sizes, LATER);
});

testEach("stdws --binary makes messages of all that is longer than a pipe", async (form) => {
  const program = "dd if=/dev/zero bs=1048576 count=1 status=none; cat";
  await using server = await TestServer.start(["--binary", "sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  let length = 0;
  while (length < 1_048_576) {
    const received = await client.next();
    length += received.kind === "binary" ? received.data.length : NaN;
  }
  assertEquals([length, await client.send(Uint8Array.of(1, 2)), await client.next()], [
    1_048_576,
    undefined,
    { kind: "binary", data: Uint8Array.of(1, 2) },
  ]);
});
