import { assert, assertEquals } from "@std/assert";
import { type Form, testBoth, TestServer } from "../support/server.ts";
import { needing } from "../support/programs.ts";
import { clientsOf, leave, RoomClient } from "./room_clients.ts";

const MODULE = new URL("./room_module.js", import.meta.url).pathname;

/** Defines a test of two workers, for both engines and the executable. */
function testRoom(
  name: string,
  test: (server: TestServer) => Promise<void>,
  args: readonly string[] = [],
): void {
  if (Deno.build.os !== "linux") return;
  const run = async (form: Form) => {
    const all = ["--workers=2", `--route=/room=module ${MODULE}`, ...args];
    // The engine native shares a port only so.
    await using server = await TestServer.start(all, { form, flags: ["--unstable-net"] });
    await test(server);
  };
  testBoth(name, run);
  Deno.test({ ...needing(`${name} [node]`), fn: () => run("node") });
}

/** Has each client say so many messages, some at once, in order with its own number. */
function sayAll(clients: readonly RoomClient[], count: number): void {
  for (let at = 0; at < count; at++) {
    for (const [who, client] of clients.entries()) client.say(`${who}:${at}`);
  }
}

const SAID = /^\d+:\d+$/;

/** Of each of some who speak, what he says, in order. */
function expectEach(heard: readonly string[], clients: number, count: number): void {
  assertEquals(heard.length, clients * count);
  for (let who = 0; who < clients; who++) {
    const own = heard.filter((text) => text.startsWith(`${who}:`));
    assertEquals(own, Array.from({ length: count }, (_, at) => `${who}:${at}`));
  }
}

testRoom("stdws --workers has rooms of all workers, with one order for all", async (server) => {
  const all = [...(await clientsOf(server.url, 2)).values()].flat();
  sayAll(all, 250);
  for (const client of all) await client.untilCount(1_000, SAID);
  const [first] = all;
  expectEach(first?.heardOf(SAID) ?? [], 4, 250);
  for (const client of all) assertEquals(client.heardOf(SAID), first?.heardOf(SAID));
  await leave(all);
});

testRoom("stdws --workers goes on with a room where a worker is killed in it", async (server) => {
  const byWorker = await clientsOf(server.url, 2);
  const [[dies, [lost, other]], [, stay]] = [...byWorker] as [
    [number, [RoomClient, RoomClient]],
    [number, RoomClient[]],
  ];
  const [one] = stay as [RoomClient];
  sayAll([...stay, lost], 300);
  await one.untilCount(100, SAID);
  Deno.kill(dies, "SIGKILL");
  await Promise.all([lost.closed, other.closed]);
  for (const client of stay) {
    for (const who of [0, 1]) await client.until(`${who}:299`);
  }
  await server.stdout.until(/Worker \d \(process \d+\) serves$/);
  const again = await clientsOf(server.url, 1);
  assertEquals(again.has(dies), false);
  const late = [...again.values()].flat();
  late[0]?.say("goodbye");
  for (const client of [...stay, ...late]) await client.until("goodbye");
  // Of the client that is lost, messages may come behind all those of the others, and to one of them sooner.
  const before = (client: RoomClient) => {
    const all = client.heardOf(/^\d+:\d+$|^goodbye$/);
    return all.slice(0, all.indexOf("goodbye"));
  };
  const heard = before(one);
  expectEach(heard.filter((text) => !text.startsWith("2:")), 2, 300);
  // What the worker had taken of its client, without a gap.
  const ofLost = heard.filter((text) => text.startsWith("2:"));
  assertEquals(ofLost, ofLost.map((_, at) => `2:${at}`));
  for (const client of stay) assertEquals(before(client), heard);
  // Those who were there have heard the same, as long as they were.
  for (const client of [lost, other]) {
    assertEquals(client.heardOf(SAID), heard.slice(0, client.heardOf(SAID).length));
  }
  await leave([...stay, ...late]);
});

testRoom(
  "stdws --workers has a room go on while a worker is stopped, which catches up",
  async (server) => {
    const byWorker = await clientsOf(server.url, 2);
    const [[stopped, there], [, here]] = [...byWorker] as [
      [number, RoomClient[]],
      [number, RoomClient[]],
    ];
    Deno.kill(stopped, "SIGSTOP");
    try {
      sayAll(here, 250);
      for (const client of here) await client.untilCount(500, SAID);
    } finally {
      Deno.kill(stopped, "SIGCONT");
    }
    for (const client of there) {
      await client.untilCount(500, SAID);
      assertEquals(client.heardOf(SAID), here[0]?.heardOf(SAID));
    }
    expectEach(here[0]?.heardOf(SAID) ?? [], 2, 250);
    await leave([...here, ...there]);
  },
);

testRoom("stdws --workers --bus=off has rooms for each worker", async (server) => {
  const byWorker = await clientsOf(server.url, 1);
  const [[one], [two]] = [...byWorker.values()] as [[RoomClient], [RoomClient]];
  for (const client of [one, two]) {
    client.say(`at ${client.worker}`);
    await client.until(`at ${client.worker}`);
  }
  assert(!one.heard.includes(`at ${two.worker}`) && !two.heard.includes(`at ${one.worker}`));
  await leave([one, two]);
}, ["--bus=off"]);
