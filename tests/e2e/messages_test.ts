import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);

/** The next bytes of binary messages, wherever they are cut. */
async function bytesOf(client: RawClient, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let count = 0; count < length;) {
    const received = await client.next();
    if (received.kind !== "binary") throw new Error(`No bytes, but ${JSON.stringify(received)}`);
    bytes.set(received.data, count);
    count += received.data.length;
  }
  return bytes;
}

/** What printf writes, and the messages that it makes. */
const OUTPUTS: [printed: string, messages: string[]][] = [
  ["a\\nb\\n", ["a", "b"]],
  ["", []],
  ["\\n", [""]],
  ["\\n\\na\\n\\n", ["", "", "a", ""]],
  ["a\\r\\nb\\r\\n\\r\\n", ["a", "b", ""]],
  ["a\\rb\\n\\rc\\r\\r\\n", ["a\rb", "\rc\r"]],
  ["a\\nlast", ["a", "last"]],
  ["last\\r", ["last\r"]],
  [" a \\tb \\n", [" a \tb "]],
  ["ü€😀\\n", ["ü€😀"]],
  ["a\\000b\\033\\n", ["a\0b\x1b"]],
  ["a\\377b\\n", ["a\ufffdb"]],
  ["\\303\\nx\\n", ["\ufffd", "x"]],
  ["a\\342\\202", ["a\ufffd"]],
  ["\\355\\240\\200\\n", ["\ufffd\ufffd\ufffd"]],
];
testEach("stdws sends what a program writes", async (form, context) => {
  const routes = OUTPUTS.map(([printed], at) => `--route=/${at}=process printf '${printed}'`);
  await using server = await TestServer.start(routes, { form });
  for (const [at, [printed, messages]] of OUTPUTS.entries()) {
    await context.step(`printf "${printed}" as ${JSON.stringify(messages)}`, async () => {
      using client = await RawClient.open(`${server.url}${at}`);
      assertEquals(await client.rest(), { texts: messages, closed: "1000" });
    });
  }
});

testEach("stdws joins a line and a character that are written in parts", async (form) => {
  const program =
    "printf 'a\\303'; read -r x; printf '\\274b\\r'; read -r x; printf '\\nc\\n'; read -r x";
  await using server = await TestServer.start(["--loglevel=debug", "sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  await client.send("");
  await client.send("");
  assertEquals([await client.text(), await client.text()], ["aüb", "c"]);
});

const INPUTS: [message: string, lines: string[]][] = [
  ["hello", ["hello"]],
  ["", [""]],
  [" a\tb ", [" a\tb "]],
  ["a\nb\n\nc", ["a", "b", "", "c"]],
  ["a\n", ["a", ""]],
  ["a\r\nb", ["a", "b"]],
  ["ü€😀 \0 \x1b", ["ü€😀 \0 \x1b"]],
  ["x".repeat(1024 * 1024), ["x".repeat(1024 * 1024)]],
  ["€".repeat(349_525), ["€".repeat(349_525)]],
];
testEach("stdws gives a program every message as a line and gets it back", async (form) => {
  await using server = await TestServer.start(["cat"], { form });
  using client = await RawClient.open(server.url);
  for (const [message, lines] of INPUTS) {
    await client.send(message);
    for (const line of lines) assertEquals(await client.text(), line);
  }
});

testEach("stdws takes a message in several frames for one", async (form) => {
  await using server = await TestServer.start(["cat"], { form });
  using client = await RawClient.open(server.url);
  const [first, rest] = [BYTES.slice(65, 70), BYTES.slice(97, 102)];
  await client.frame(0x01, first);
  // A ping may come between them.
  await client.frame(0x89, BYTES.slice(0, 3));
  await client.frame(0x00, new Uint8Array());
  await client.frame(0x80, rest);
  assertEquals(await client.next(), { kind: "pong", data: BYTES.slice(0, 3) });
  assertEquals(await client.text(), "ABCDEabcde");
});

testEach("stdws ignores binary messages without --binary", async (form) => {
  await using server = await TestServer.start(["cat"], { form });
  using client = await RawClient.open(server.url);
  await client.send(new TextEncoder().encode("ignored\n"));
  await client.send("text");
  assertEquals(await client.text(), "text");
});

testEach("stdws --binary ignores text messages", async (form) => {
  await using server = await TestServer.start(["--binary", "cat"], { form });
  using client = await RawClient.open(server.url);
  await client.send("ignored");
  await client.send(BYTES);
  assertEquals(await bytesOf(client, 256), BYTES);
});

testEach("stdws --binary passes every byte, and nothing more, both ways", async (form) => {
  await using server = await TestServer.start(["--binary", "cat"], { form });
  using client = await RawClient.open(server.url);
  for (const message of [BYTES, new Uint8Array(), BYTES.toReversed(), Uint8Array.of(10)]) {
    await client.send(message);
    assertEquals(await bytesOf(client, message.length), message);
  }
  const long = Uint8Array.from({ length: 1024 * 1024 }, (_, index) => index * 31 + (index >> 8));
  await client.send(long);
  assertEquals(await bytesOf(client, long.length), long);
});

testEach("stdws --binary sends bytes without a line end at once", async (form) => {
  const program = "printf 'prompt> '; read -r line; printf %s \"$line\"";
  await using server = await TestServer.start(["--binary", "sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  assertEquals(await client.next(), { kind: "binary", data: new TextEncoder().encode("prompt> ") });
  await client.send(new TextEncoder().encode("answer\nmore"));
  assertEquals(await client.next(), { kind: "binary", data: new TextEncoder().encode("answer") });
  assertEquals((await client.rest()).closed, "1000");
});

testEach("stdws --binary keeps bytes whole while a client does not read", async (form) => {
  // Less than may wait for a client, so that the program gets rid of all of it before one is read.
  const program = "seq 1 500000; echo written >&2";
  await using server = await TestServer.start(["--binary", "sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  await server.stdout.until(/written$/);
  const expected = Array.from({ length: 500_000 }, (_, index) => `${index + 1}\n`).join("");
  const text = new TextDecoder().decode(await bytesOf(client, expected.length));
  assertEquals(text === expected, true);
  assertEquals((await client.rest()).closed, "1000");
});

testEach("stdws --passstderr sends lines of both streams as JSON", async (form) => {
  const program = `read -r a; printf 'o "q" \\\\ ü\\t\\033\\377\\r\\n'; read -r a; printf '\\n' >&2
    read -r a; printf '\\357\\273\\277{}\\n' >&2; read -r a; printf 'last'; read -r a; printf 'end' >&2`;
  await using server = await TestServer.start(["--passstderr", "sh", "-c", program], { form });
  using client = await RawClient.open(server.url);
  const expected = [
    '{"stream":"stdout","data":"o \\"q\\" \\\\ ü\\t\\u001b\ufffd"}',
    '{"stream":"stderr","data":""}',
    '{"stream":"stderr","data":"\ufeff{}"}',
  ];
  for (const message of expected) {
    await client.send("go");
    assertEquals(await client.text(), message);
  }
  await client.send("go");
  await client.send("go");
  const { texts, closed } = await client.rest();
  const last = ['{"stream":"stderr","data":"end"}', '{"stream":"stdout","data":"last"}'];
  assertEquals([texts.toSorted(), closed], [last, "1000"]);
});
