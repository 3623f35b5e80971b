import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { memoryOf, pidIn } from "../support/processes.ts";
import { testEach, TestServer, testTable } from "../support/server.ts";

// More than waits anywhere for a client that does not read: in its system, in the server's, in the server.
const LINES = 60_000;
const LINE = "x".repeat(1_000);

/** Waits for a word, then writes so many lines with numbers, and waits again. */
const FLOOD = `sh -c 'read -r go; seq -f "%.0f ${LINE}" 1 ${LINES}; echo end; read -r end'`;

/** Reads to the end of the flood; answers the numbers that came. */
async function numbers(client: RawClient): Promise<number[]> {
  const found: number[] = [];
  for (let text; (text = await client.text()) !== "end";) found.push(parseInt(text));
  return found;
}

testEach(
  "stdws shared closes a client that does not read with 1013, and sends others all",
  async (form) => {
    await using server = await TestServer.start([`--route=/=shared ${FLOOD}`], { form });
    using fast = await RawClient.open(server.url);
    using other = await RawClient.open(server.url);
    using _stuck = await RawClient.open(server.url);
    await fast.send("go");
    const [one, two] = await Promise.all([numbers(fast), numbers(other)]);
    assertEquals([one.length, two.length], [LINES, LINES]);
    assertEquals(one, Array.from({ length: LINES }, (_, index) => index + 1));
    await server.stdout.until(/ERROR .*The client reads too slowly: \d+ bytes wait for it$/);
    const closes = server.stdout.all.filter((line) => line.includes("The client reads too slowly"));
    assertEquals(closes.length, 1);
  },
  ["seq"],
);

const NOISE: [what: string, route: string][] = [
  ["a program that floods its log", "/flood=process sh -c 'yes error >&2'"],
  ["a shared program that floods its log", "/flood=shared sh -c 'yes error >&2'"],
  ["a program whose events do not parse", "/flood=shared?framing=events yes garbage"],
  ["a program that floods its client", "/flood=process yes"],
];
const testNoise = testTable();
for (const [what, route] of NOISE) {
  testNoise(`stdws goes on with all others beside ${what}`, async (form) => {
    const args = [`--route=${route}`, "--route=/echo=echo"];
    await using server = await TestServer.start(args, { form });
    using _flooded = await RawClient.open(server.url, { target: "/flood" });
    for (let count = 0; count < 3; count++) {
      using client = await RawClient.open(server.url, { target: "/echo" });
      await client.send(`${count}`);
      assertEquals(await client.text(), `${count}`);
    }
  }, ["yes"]);
}

for (const slow of ["drop-oldest", "latest"]) {
  testEach(
    `stdws shared with slow=${slow} counts what a stuck client does not get`,
    async (form) => {
      const route = `--route=/=shared?slow=${slow} ${FLOOD}`;
      await using server = await TestServer.start([route], { form });
      using fast = await RawClient.open(server.url);
      using stuck = await RawClient.open(server.url);
      await stuck.send("go");
      // The second does not read before the first has heard the end.
      const most = await numbers(fast);
      const few = await numbers(stuck);
      for (const got of [most, few]) assertEquals(got, got.toSorted((one, two) => one - two));
      assert(few.length < LINES / 2, `${few.length} of ${LINES}`);
      // What no line has counted yet, because there was one just before, is counted when they leave.
      fast[Symbol.dispose]();
      stuck[Symbol.dispose]();
      let missing = 2 * LINES - most.length - few.length;
      for (let known = 0; missing > 0;) {
        const line = await server.stdout.after(known, /: \d+ messages? (was|were) dropped/);
        known = server.stdout.all.indexOf(line, known) + 1;
        missing -= Number(/: (\d+) message/.exec(line)?.[1]);
      }
      assertEquals(missing, 0);
      await server.stdout.until(new RegExp(`messages are dropped \\(slow=${slow}\\)$`));
    },
    ["seq"],
  );
}

testEach(
  "stdws shared holds a process up that floods, as fast as its fastest client reads",
  async (form) => {
    const route = "--route=/=shared sh -c 'echo $$; exec yes'";
    await using server = await TestServer.start([route], { form });
    using client = await RawClient.open(server.url);
    await pidIn(await client.text());
    const before = memoryOf(server.pid);
    for (let count = 0; count < 300_000; count++) assertEquals(await client.text(), "y");
    const grown = memoryOf(server.pid) - before;
    assert(grown < 200 * 1024 * 1024, `grown by ${grown} bytes`);
    assertEquals(server.stdout.all.filter((line) => line.includes("too slowly")), []);
  },
  ["yes"],
);

testEach(
  "stdws shared gives a client all of a long history, then what came meanwhile",
  async (form) => {
    const count = 50_000;
    const route =
      `--route=/=shared?history=${count}&linger=forever sh -c 'seq 1 ${count}; exec cat'`;
    await using server = await TestServer.start([route], { form });
    using first = await RawClient.open(server.url);
    for (let index = 1; index <= count; index++) assertEquals(await first.text(), String(index));
    using second = await RawClient.open(server.url);
    await first.send("live");
    assertEquals(await first.text(), "live");
    // The last fifty thousand: without the first of them where the live one was there before.
    const begin = Number(await second.text());
    assert(begin === 1 || begin === 2, `${begin}`);
    for (let index = begin + 1; index <= count; index++) {
      assertEquals(await second.text(), String(index));
    }
    assertEquals(await second.text(), "live");
  },
  ["seq"],
);
