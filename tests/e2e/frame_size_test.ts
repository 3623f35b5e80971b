import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

const MIB = 1024 * 1024;
const euros = (count: number) => "€".repeat(count);

/** What is sent to a server that echoes, and whether it comes back or ends the connection. */
const MESSAGES: [options: string, message: string | Uint8Array, passes: boolean][] = [
  ["?maxframesize=10", "x".repeat(10), true],
  ["?maxframesize=10", "x".repeat(11), false],
  ["?maxframesize=10", new Uint8Array(10), true],
  ["?maxframesize=10", new Uint8Array(11), false],
  // Three bytes each: bytes count, not characters.
  ["?maxframesize=12", euros(4), true],
  ["?maxframesize=11", euros(4), false],
  ["?maxframesize=1", "", true],
  ["", "x".repeat(MIB), true],
  ["", "x".repeat(MIB + 1), false],
  ["", new Uint8Array(MIB + 1), false],
  ["?maxframesize=0", "x".repeat(3 * MIB), true],
  ["?maxframesize=3145728", "x".repeat(3 * MIB), true],
  ["?maxframesize=3145727", "x".repeat(3 * MIB), false],
];
testEach("stdws takes messages up to the size that a route says", async (form, context) => {
  const routes = MESSAGES.map(([options], at) => `--route=/${at}=echo${options}`);
  await using server = await TestServer.start(routes, { form });
  for (const [at, [options, message, passes]] of MESSAGES.entries()) {
    const isText = typeof message === "string";
    const size = isText ? new TextEncoder().encode(message).length : message.length;
    const does = passes ? "takes" : "closes with 1009 on";
    const title = `echo${options} ${does} ${size} bytes of ${isText ? "text" : "binary"}`;
    await context.step(title, async () => {
      using client = await RawClient.open(`${server.url}${at}`);
      await client.send(message);
      const received = await client.next();
      if (received.kind === "close") assertEquals([received.code, passes], [1009, false]);
      else assertEquals([received.data, passes], [message, true]);
    });
  }
});

testEach("stdws counts all frames of a message for --maxframesize", async (form) => {
  await using server = await TestServer.start(["--maxframesize=10", "--echo"], { form });
  const part = new TextEncoder().encode("12345");
  using client = await RawClient.open(server.url);
  await client.frame(0x01, part);
  await client.frame(0x80, part);
  assertEquals(await client.text(), "1234512345");
  await client.frame(0x01, part);
  await client.frame(0x00, part);
  await client.frame(0x80, part.subarray(0, 1));
  assertEquals((await client.rest()).closed.slice(0, 4), "1009");
});

testEach("stdws ends the process of a client whose message is too large", async (form) => {
  const args = ["--maxframesize=10", "--loglevel=debug", "sh", "-c", "echo $$; exec cat"];
  await using server = await TestServer.start(args, { form });
  using client = await RawClient.open(server.url);
  using other = await RawClient.open(server.url);
  const pid = await client.text();
  await other.text();
  await client.send("12345678901");
  const { texts, closed } = await client.rest();
  assertEquals([texts, closed.slice(0, 4)], [[], "1009"]);
  await server.stdout.until(/ \| ERROR  \| websocket  \| .*pid:'\d+' \| .*10 bytes/);
  await server.stdout.until(new RegExp(`Process ${pid} terminated`));
  await other.send("untouched");
  assertEquals(await other.text(), "untouched");
});
