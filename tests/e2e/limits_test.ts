import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { memoryOf, peakOf, untilIdle } from "../support/processes.ts";
import { testBoth, testEach, TestServer } from "../support/server.ts";

const MIB = 1024 * 1024;

// A program that still reads what it was sent is not ended for that, however slow the machine is.
const PATIENT = "--closems=60000";

const FLOODS: [what: string, program: string, messages: number][] = [
  ["a million and a half empty lines", "echo $$; yes '' | head -n 1500000", 1_500_000],
  ["a million short lines", "echo $$; exec seq 1 1000000", 1_000_000],
  [
    "60 MB of long lines",
    "echo $$; exec head -c 60000000 /dev/zero | tr '\\0' x | fold -w 1000",
    60_000,
  ],
];
for (const [what, program, messages] of FLOODS) {
  testEach(
    `stdws holds back ${what} from a client that does not read, and loses none`,
    async (form) => {
      await using server = await TestServer.start(["sh", "-c", program], { form });
      {
        // What the runtime takes for the first of so many is not what it costs to hold back a client.
        using reader = await RawClient.open(server.url);
        await reader.rest();
        await untilIdle(server.pid);
      }
      using client = await RawClient.open(server.url);
      const before = memoryOf(server.pid);
      const pid = Number(await client.text());
      await untilIdle(pid);
      await untilIdle(server.pid);
      const grown = memoryOf(server.pid) - before;
      assert(grown < 64 * MIB, `grew by ${grown} bytes`);
      const { texts, closed } = await client.rest();
      assertEquals(texts.length, messages);
      assertEquals(closed, "1000");
    },
  );
}

const QUEUES: [option: string[], limit: number][] = [
  [["--maxqueue=1000000"], 1_000_000],
  [[], 16 * MIB],
];
for (const [option, limit] of QUEUES) {
  testBoth(
    `stdws closes with 1013 when ${limit} bytes wait for a process, which gets all of them`,
    async (form) => {
      const folder = await Deno.makeTempDir();
      try {
        // Reads nothing until it is told to.
        const program =
          `read -r go < '${folder}/go'; cat > '${folder}/got'; echo > '${folder}/done'`;
        await new Deno.Command("mkfifo", { args: [`${folder}/go`, `${folder}/done`] }).output();
        await using server = await TestServer.start([...option, PATIENT, "sh", "-c", program], {
          form,
        });
        using client = await RawClient.open(server.url);
        const before = memoryOf(server.pid);
        const size = 60_000;
        const message = (index: number) => String(index).padEnd(size - 1, ".") + "\n";
        const [close] = await Promise.all([
          client.next(),
          client.flood(2 * limit / size + 10, (index) => message(index).slice(0, -1)),
        ]);
        assert(close.kind === "close" && close.code === 1013, JSON.stringify(close));
        assertMatch(close.reason, new RegExp(`more than ${limit} bytes`));
        const grown = memoryOf(server.pid) - before;
        assert(grown < 5 * limit + 32 * MIB, `grew by ${grown} bytes`);

        await Deno.writeTextFile(`${folder}/go`, "go\n");
        await Deno.readTextFile(`${folder}/done`);
        const got = await Deno.readTextFile(`${folder}/got`);
        const messages = got.length / size;
        assert(got.length > limit - size && got.length < limit + 3 * 65536, `got ${got.length}`);
        assertEquals(got, Array.from({ length: messages }, (_, index) => message(index)).join(""));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

for (const option of [["--maxqueue=1000"], []]) {
  const title = ["stdws --engine=node", ...option].join(" ");
  Deno.test(`${title} holds back a client whose process does not read, and loses nothing`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const program =
        `read -r go < '${folder}/go'; wc -l > '${folder}/got'; echo > '${folder}/done'`;
      await new Deno.Command("mkfifo", { args: [`${folder}/go`, `${folder}/done`] }).output();
      await using server = await TestServer.start([...option, PATIENT, "sh", "-c", program], {
        form: "node",
      });
      using client = await RawClient.open(server.url);
      const before = memoryOf(server.pid);
      const count = 3_000;
      const flood = client.flood(count, () => "x".repeat(60_000));
      await untilIdle(server.pid);
      const grown = memoryOf(server.pid) - before;
      assert(grown < 64 * MIB, `grew by ${grown} bytes`);
      await Deno.writeTextFile(`${folder}/go`, "go\n");
      assertEquals(await flood, count);
      await client.close();
      await Deno.readTextFile(`${folder}/done`);
      assertEquals((await Deno.readTextFile(`${folder}/got`)).trim(), `${count}`);
      // What has gone through was let go at once, whenever V8 would have looked at it.
      const most = peakOf(server.pid) - before;
      assert(most < 64 * MIB, `grew by ${most} bytes for a while`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testEach("stdws closes an echo's client that does not read with 1013", async (form) => {
  await using server = await TestServer.start(["--loglevel=trace", "--echo"], { form });
  using client = await RawClient.open(server.url);
  const before = memoryOf(server.pid);
  const message = new Uint8Array(64 * 1024);
  const flood = client.flood(4000, () => message);
  await server.stdout.until(/Closing with 1013/);
  await untilIdle(server.pid);
  const grown = memoryOf(server.pid) - before;
  // If all of them waited, they would be there twice: as they came, and as they are to be sent.
  assert(grown < 4000 * message.length, `grew by ${grown} bytes`);
  let echoes = 0;
  let received = await client.next();
  for (; received.kind === "binary"; received = await client.next()) echoes++;
  assert(received.kind === "close");
  assertEquals(received.code, 1013);
  assert(echoes < 4000);
  await flood;
});

testEach(
  "stdws closes a broadcast's slow client with 1013, and the others get everything",
  async (form) => {
    await using server = await TestServer.start(["--broadcast"], { form });
    using slow = await RawClient.open(server.url);
    using fast = await RawClient.open(server.url);
    const message = new Uint8Array(64 * 1024);
    for (let count = 0; count < 600; count++) {
      message[0] = count & 255;
      await fast.send(message);
      const received = await fast.next();
      assert(received.kind === "binary" && received.data[0] === (count & 255));
    }
    await server.stdout.until(/reads too slowly/);
    let received = await slow.next();
    for (; received.kind === "binary"; received = await slow.next());
    assert(received.kind === "close");
    assertEquals(received.code, 1013);
  },
);

testEach("stdws tells a client that does not stop sending how its process ended", async (form) => {
  await using server = await TestServer.start(["sh", "-c", "read -r line; exit 3"], { form });
  using client = await RawClient.open(server.url);
  const [{ closed }] = await Promise.all([
    client.rest(),
    client.flood(20_000, () => "x".repeat(90)),
  ]);
  assertEquals(closed, "4003 exit status 3");
});
