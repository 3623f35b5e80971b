import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const UPGRADE = "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

/** Arguments that make a server of routes. */
function routes(...texts: string[]): string[] {
  return texts.map((text) => `--route=${text}`);
}

/** What a client is told at a path: texts and end, or the status of a refusal. */
async function toldAt(server: TestServer, target: string): Promise<string> {
  using client = await RawClient.request(server.url, { target });
  if (client.answer.status !== 101) {
    return `${client.answer.status} ${client.answer.body}`.trimEnd();
  }
  const { texts, closed } = await client.rest();
  return [...texts, closed].join(" ");
}

testEach("stdws leads every path to the first of its routes that matches", async (form) => {
  await using server = await TestServer.start([
    ...routes(
      "/rooms/lobby=process echo lobby",
      "/rooms/:room=process echo room {room:[a-z/]+}",
      "/rooms/*=process echo below",
      "/opt{/:a}?{/:b}?=process echo '<{a:[0-9]*}>' '<{b:[0-9]*}>'",
      "/logs/*=process sh -c 'echo logs $STDWS_PARAM_0'",
      "/n/:n(\\d+)=process echo number {n:[0-9]+}",
      "/rooms/lobby=process echo never",
    ),
    "--",
    "sh",
    "-c",
    "echo otherwise $PATH_INFO",
  ], { form });
  const told: [target: string, text: string][] = [
    ["/rooms/lobby", "lobby 1000"],
    ["/rooms/lobby?x", "lobby 1000"],
    ["/rooms/a", "room a 1000"],
    ["/rooms/a%2Fb", "room a/b 1000"],
    ["/rooms/a/b", "below 1000"],
    ["/rooms", "otherwise /rooms 1000"],
    ["/opt", "<> <> 1000"],
    ["/opt/1", "<1> <> 1000"],
    ["/opt/1/2", "<1> <2> 1000"],
    ["/opt/1/2/3", "otherwise /opt/1/2/3 1000"],
    ["/logs/a/b.txt", "logs a/b.txt 1000"],
    ["/n/12", "number 12 1000"],
    ["/n/x", "otherwise /n/x 1000"],
    ["/", "otherwise / 1000"],
    ["/x/../rooms/lobby", "lobby 1000"],
    ["/logs/../x/./y", "otherwise /logs/../x/./y 1000"],
  ];
  for (const [target, text] of told) assertEquals(await toldAt(server, target), text, target);
});

testEach("stdws serves several kinds of handlers side by side", async (form) => {
  await using scripts = await Scripts.write({ greet: 'echo "$SCRIPT_NAME $PATH_INFO"' });
  await using server = await TestServer.start([
    ...routes(
      "/echo=echo",
      "/chat/:room=broadcast",
      "/cat=process cat",
      `/tools/*=directory ${scripts.folder}`,
      `/greet=directory ${scripts.folder}`,
    ),
    "--echo",
  ], { form });
  for (const path of ["echo", "cat", "anything"]) {
    using client = await RawClient.open(`${server.url}${path}`);
    await client.send("hi");
    assertEquals(await client.text(), "hi");
  }
  using first = await RawClient.open(`${server.url}chat/a`);
  using second = await RawClient.open(`${server.url}chat/a`);
  using other = await RawClient.open(`${server.url}chat/b`);
  await other.send("b");
  assertEquals(await other.text(), "b");
  await first.send("a");
  assertEquals([await first.text(), await second.text()], ["a", "a"]);
  // The folder is where the wildcard is.
  assertEquals(await toldAt(server, "/tools/greet/me"), "/tools/greet /me 1000");
  assertEquals(await toldAt(server, "/tools/nobody"), "404 404 Not Found");
  assertEquals(await toldAt(server, "/tools/..%2fgreet"), "404 404 Not Found");
  assertEquals(await toldAt(server, "/greet"), "/greet  1000");
});

testEach(
  "stdws names its routes in the log, and what clients choose by the query",
  async (form) => {
    await using server = await TestServer.start([
      ...routes(
        "/rooms/:room=process echo -- {room} {n} {m}",
        "/logs/:file(.*)=process echo -- {file}",
        "/echo=echo?pingms=5000",
      ),
      "--loglevel=info",
      "--",
      "echo",
      "{otherwise}",
    ], { form });
    const shown = server.stdout.all.map((line) => line.split(" |  | ").at(-1) ?? "");
    assertEquals(shown.map((line) => line.replace(/: \S*\/(?=echo )/, ": ")).slice(0, 5), [
      "Serving /rooms/:room        : process echo -- {room} {n} {m}",
      "Serving /logs/:file(.*)     : process echo -- {file}",
      "Serving /echo               : echo",
      "Serving using application   : echo {otherwise}",
      "Clients choose {n}, {m} of /rooms/:room by the query",
    ]);
    assertMatch(shown[5] ?? "", /^Starting WebSocket server/);
  },
);

testEach("stdws answers 404 before any upgrade where no route matches", async (form) => {
  await using server = await TestServer.start(routes("/a=process sh -c 'echo $$'"), { form });
  const answer = await HttpClient.ask(server.url, `GET /b\n${UPGRADE}\n\n`);
  assertEquals([answer.status, answer.body, answer.whole], [404, "404 Not Found\n", true]);
  assertEquals(answer.headers.get("upgrade"), null);
  assertEquals(answer.headers.get("sec-websocket-accept"), null);
  await server.stdout.until(/ACCESS.* NOT FOUND: \/b$/);
  // Nor is there a page.
  assertEquals((await HttpClient.ask(server.url, "GET /a\n\n")).status, 426);
  assertMatch(await toldAt(server, "/a"), /^\d+ 1000$/);
});

testEach(
  "stdws ends the connection of a client that asks for that, after its 404",
  async (form) => {
    await using server = await TestServer.start(routes("/a=echo"), { form });
    for (const connection of ["close", "close, Upgrade", "Upgrade, close"]) {
      using wire = await Wire.connect(server);
      const head = `GET /b HTTP/1.1\nHost: x\n${
        UPGRADE.replace("Upgrade\n", `${connection}\n`)
      }\n\n`;
      await wire.write(head.replaceAll("\n", "\r\n"));
      const answer = await wire.rest();
      assertMatch(answer, /^HTTP\/1\.1 404 Not Found\r\n[^]*\r\n\r\n404 Not Found\n$/);
      assertMatch(answer, /^connection: close\r$/im);
    }
  },
);

testEach("stdws leaves no connection behind a 404 in a state in between", async (form) => {
  await using server = await TestServer.start(routes("/a=echo"), { form });
  using wire = await Wire.connect(server);
  const ask = (path: string) =>
    `GET ${path} HTTP/1.1\nHost: x\n${UPGRADE}\n\n`.replaceAll("\n", "\r\n");
  await wire.write(ask("/b"));
  assertMatch(await wire.until(/\r\n\r\n404 Not Found\n/), /^HTTP\/1\.1 404 /);
  if (form === "node") {
    // This engine has given up a connection that asks for an upgrade, and says so.
    assertEquals(await wire.rest(), "");
    return;
  }
  // The other keeps it, as HTTP/1.1 does: it takes the next request, an upgrade as well.
  await wire.write(ask("/c"));
  assertMatch(await wire.until(/\r\n\r\n404 Not Found\n/), /^HTTP\/1\.1 404 /);
  await wire.write(ask("/a"));
  assertMatch(await wire.until(/\r\n\r\n/), /^HTTP\/1\.1 101 /);
});

testEach("stdws says `Connection: close` where it closes after a 404", async (form) => {
  await using server = await TestServer.start(routes("/a=echo"), { form });
  const answer = await HttpClient.ask(server.url, `GET /b\n${UPGRADE}\n\n`);
  const closes = answer.headers.get("connection") === "close";
  assertEquals(closes, form === "node");
});

testEach("stdws keeps the words of COMMAND as they are, braces included", async (form) => {
  const words = ["{a}", "{{b}}", "$HOME", "*", "x y"];
  await using server = await TestServer.start(["--", "printf", "%s\\n", ...words], { form });
  using client = await RawClient.open(`${server.url}?a=1&b=2`);
  assertEquals(await client.rest(), { texts: words, closed: "1000" });
});

testEach("stdws serves awk as a COMMAND and, with its braces doubled, as a route", async (form) => {
  await using server = await TestServer.start([
    `--route=/route=process awk 'BEGIN {{print}} BEGIN {print "route"; exit} {{print}}'`,
    "--",
    "awk",
    'BEGIN {print} BEGIN {print "{a}"; exit} {print}',
  ], { form });
  assertEquals(await toldAt(server, "/?print=x&a=1"), " {a} 1000");
  assertEquals(await toldAt(server, "/route?print=x"), " route 1000");
}, ["awk"]);
