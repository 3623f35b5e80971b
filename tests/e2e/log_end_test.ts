import { assert, assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { testEach, TestServer } from "../support/server.ts";

/** What a JSON line says about the end of a connection, but for how long that was. */
async function ended(server: TestServer): Promise<Record<string, unknown>> {
  const line = await server.stdout.until(/"DISCONNECT"/);
  const { durationMs, ...facts } = JSON.parse(line);
  assert(Number.isInteger(durationMs) && durationMs >= 0, line);
  for (const name of ["time", "url", "id", "remote", "command", "origin", "pid"]) {
    delete facts[name];
  }
  return facts;
}

interface End {
  readonly name: string;
  readonly args: readonly string[];
  /** Does what ends the connection. */
  readonly visit: (client: RawClient, server: TestServer) => unknown;
  readonly facts: Record<string, unknown>;
}

const SERVED = {
  level: "access",
  category: "session",
  message: "DISCONNECT",
  route: "*",
  clean: true,
};
const NOTHING_IN = { messagesIn: 0, bytesIn: 0 };
const NOTHING_OUT = { messagesOut: 0, bytesOut: 0 };
const BROKEN = { code: 1006, reason: "", closedBy: "nobody", clean: false };

async function answer(client: RawClient): Promise<void> {
  await client.rest();
  await client.close();
}

const ENDS: readonly End[] = [
  {
    name: "a program that fails",
    args: ["sh", "-c", "echo é; echo x; read -r a; exit 3"],
    async visit(client) {
      await client.send("hé");
      await answer(client);
    },
    facts: {
      code: 4003,
      reason: "exit status 3",
      closedBy: "program",
      exitStatus: 3,
      messagesIn: 1,
      bytesIn: 3,
      messagesOut: 2,
      bytesOut: 3,
    },
  },
  {
    name: "a program that ends well",
    args: ["echo", "x"],
    visit: answer,
    facts: {
      code: 1000,
      reason: "",
      closedBy: "program",
      exitStatus: 0,
      ...NOTHING_IN,
      messagesOut: 1,
      bytesOut: 1,
    },
  },
  {
    name: "a program that a signal ends",
    args: ["sh", "-c", "kill -TERM $$"],
    visit: answer,
    facts: {
      code: 4143,
      reason: "SIGTERM",
      closedBy: "program",
      signal: "SIGTERM",
      ...NOTHING_IN,
      ...NOTHING_OUT,
    },
  },
  {
    name: "a client that closes, with the status of its program",
    // However long it takes to hear of the end of its input, it needs no signal.
    args: ["--closems=60000", "sh", "-c", "echo x; cat; exit 7"],
    async visit(client) {
      assertEquals(await client.text(), "x");
      await client.close(1000, "bye");
    },
    facts: {
      code: 1000,
      reason: "bye",
      closedBy: "client",
      exitStatus: 7,
      ...NOTHING_IN,
      messagesOut: 1,
      bytesOut: 1,
    },
  },
  {
    name: "a client that closes, with the signal that its program needed",
    // The next signal is not to come before this one has ended it.
    args: ["--closems=1000", "sh", "-c", "trap '' INT; echo x; cat; while :; do sleep 1; done"],
    async visit(client) {
      assertEquals(await client.text(), "x");
      await client.close(1000, "bye");
    },
    facts: {
      code: 1000,
      reason: "bye",
      closedBy: "client",
      signal: "SIGTERM",
      ...NOTHING_IN,
      messagesOut: 1,
      bytesOut: 1,
    },
  },
  {
    name: "a client that closes without a code",
    args: ["--echo"],
    visit: (client) => client.frame(0x88, new Uint8Array()),
    facts: { code: 1005, reason: "", closedBy: "client", ...NOTHING_IN, ...NOTHING_OUT },
  },
  {
    name: "a shutdown",
    args: ["--echo"],
    async visit(client, server) {
      await client.send("é");
      assertEquals(await client.text(), "é");
      server.child.kill("SIGTERM");
      await answer(client);
    },
    facts: {
      code: 1001,
      reason: "Server shutting down",
      closedBy: "server",
      messagesIn: 1,
      bytesIn: 2,
      messagesOut: 1,
      bytesOut: 2,
    },
  },
  {
    name: "a route's handler",
    args: ["--route=*=broadcast?write=false"],
    async visit(client) {
      await client.send("x");
      await answer(client);
    },
    facts: {
      code: 1008,
      reason: "Messages are not allowed here",
      closedBy: "handler",
      messagesIn: 1,
      bytesIn: 1,
      ...NOTHING_OUT,
    },
  },
  {
    name: "a shared program",
    args: ["--route=*=shared sh -c 'read -r a; exit 5'"],
    async visit(client) {
      await client.send("x");
      await answer(client);
    },
    facts: {
      code: 4005,
      reason: "exit status 5",
      closedBy: "program",
      exitStatus: 5,
      messagesIn: 1,
      bytesIn: 1,
      ...NOTHING_OUT,
    },
  },
  {
    name: "messages that were ignored",
    args: ["sh", "-c", "read -r a"],
    async visit(client) {
      for (let count = 0; count < 3; count++) await client.send(Uint8Array.of(1, 2));
      await client.send("x");
      await answer(client);
    },
    facts: {
      code: 1000,
      reason: "",
      closedBy: "program",
      exitStatus: 0,
      messagesIn: 4,
      bytesIn: 7,
      ...NOTHING_OUT,
      ignored: 3,
    },
  },
];
for (const { name, args, visit, facts } of ENDS) {
  testEach(`stdws --log-format=json tells the end by ${name}`, async (form) => {
    await using server = await TestServer.start(["--log-format=json", ...args], { form });
    using client = await RawClient.open(server.url);
    await visit(client, server);
    assertEquals(await ended(server), { ...SERVED, ...facts });
  });
}

testEach("stdws --log-format=json tells of a client that broke off, and why", async (form) => {
  await using server = await TestServer.start(["--log-format=json", "--echo"], { form });
  const client = await RawClient.open(server.url);
  client[Symbol.dispose]();
  const { error, ...facts } = await ended(server);
  assert(error === undefined || typeof error === "string");
  assertEquals(facts, { ...SERVED, ...BROKEN, ...NOTHING_IN, ...NOTHING_OUT });
});

testEach("stdws logs in a second line why a connection ended", async (form) => {
  await using server = await TestServer.start(["sh", "-c", "echo x; read -r a; exit 3"], { form });
  using client = await RawClient.open(server.url);
  await client.send("hello");
  await answer(client);
  const line = await server.stdout.until(/Closed by/);
  const [disconnect = "", why] = server.stdout.all.slice(-2);
  assertEquals(why, line);
  assertMatch(disconnect, /\| DISCONNECT$/);
  const facts = (text: string) => text.split(" | ")[3];
  assertEquals(facts(line), facts(disconnect));
  assertMatch(line, / \| INFO {3}\| session {4}\| /);
  const counts = "1 message in \\(5 bytes\\), 1 out \\(1 byte\\)";
  const sentence = `Closed by the program with 4003 "exit status 3" after [\\d.]+ m?s: ${counts}`;
  assertMatch(line, new RegExp(`\\| ${sentence}$`));
});

const LEVELS: [options: string[], lines: string[]][] = [
  [["--loglevel=info"], ["info Closed"]],
  [["--loglevel=access"], ["access DISCONNECT"]],
];
for (const [options, lines] of LEVELS) {
  testEach(
    `stdws ${options} --log-format=json tells the end of a connection once`,
    async (form) => {
      await using server = await TestServer.start(["--log-format=json", ...options, "true"], {
        form,
      });
      using client = await RawClient.open(server.url);
      await answer(client);
      await server.stdout.until(/"code":1000/);
      await server.stop();
      const said = server.stdout.all.map((line) => JSON.parse(line))
        .filter(({ category, message }) => category === "session" && message !== "CONNECT");
      assertEquals(said.map(({ level, message }) => `${level} ${message.split(" ")[0]}`), lines);
      assertEquals(said[0].code, 1000);
    },
  );
}
