import { assert, assertEquals } from "@std/assert";
import { Client } from "../../scripts/bench/client.ts";
import { maskedFrame } from "../../scripts/bench/masked_frame.ts";
import { childrenOf } from "../../lib/process/proc.ts";
import { RawClient } from "../support/client.ts";
import { memoryOf, untilIdle } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { type Form, TestServer } from "../support/server.ts";

const CLIENTS = 1_000;
const encoder = new TextEncoder();

/** Of the same length for all, so that bytes can be counted. */
const said = (client: number): string => `client ${String(client).padStart(4, "0")} says something`;

for (const form of ["deno run", "node"] as const) {
  Deno.test(`stdws shared loses nothing between a process and 1,000 clients, both ways [${form}]`, async () => {
    await using server = await TestServer.start(["--route=/=shared cat"], { form });
    using clients = new DisposableStack();
    const all: Client[] = [];
    for (let index = 0; index < CLIENTS; index++) {
      all.push(clients.use(await Client.connect(server.port, { bufferSize: 65_536 })));
    }
    using witness = await RawClient.open(server.url);
    await Promise.all(
      all.map((client, index) =>
        client.write(maskedFrame(encoder.encode(said(index)), { opcode: 1 }))
      ),
    );
    // What each has sent comes to all of them, once.
    const heard: string[] = [];
    const listening = (async () => {
      while (heard.length < CLIENTS) heard.push(await witness.text());
    })();
    await Promise.all([listening, ...all.map((client) => client.readUntil(CLIENTS))]);
    assertEquals(heard.toSorted(), Array.from({ length: CLIENTS }, (_, index) => said(index)));
    await witness.send("last");
    assertEquals(await witness.text(), "last");
    await Promise.all(all.map((client) => client.readUntil(CLIENTS + 1)));
    const bytes = CLIENTS * said(0).length + "last".length;
    for (const { received } of all) {
      assertEquals([received.messages, received.payloadBytes], [CLIENTS + 1, bytes]);
    }
  });
}

/** Processes and memory that a hundred clients of a route need, the server's own included. */
async function costOf(route: string, form: Form): Promise<{ processes: number; bytes: number }> {
  await using server = await TestServer.start([route, "--route=/warm=shared cat"], { form });
  // What all connections share is loaded before.
  await connect(server, "/warm", 100, () => untilIdle(server.pid));
  await untilIdle(server.pid);
  const before = memoryOf(server.pid);
  // The server has a process of its own, which sees to it that it leaves none behind.
  const others = new Set(childrenOf(server.pid));
  return await connect(server, "/", 100, () => {
    const programs = childrenOf(server.pid).filter((pid) => !others.has(pid));
    const own = programs.map(memoryOf).reduce((sum, bytes) => sum + bytes);
    return { processes: programs.length, bytes: memoryOf(server.pid) - before + own };
  });
}

/** Opens so many connections, of which each hears something where its route says something. */
async function connect<T>(
  server: TestServer,
  target: string,
  count: number,
  use: () => T | Promise<T>,
): Promise<T> {
  using clients = new DisposableStack();
  const all: RawClient[] = [];
  for (let index = 0; index < count; index++) {
    all.push(clients.use(await RawClient.open(server.url, { target })));
  }
  if (target === "/") await Promise.all(all.map((client) => client.text()));
  return await use();
}

for (const form of ["deno run", "node"] as const) {
  Deno.test({
    ...needing(
      `stdws shared top -b needs one process and a twentieth of the memory [${form}]`,
      "top",
    ),
    async fn() {
      const shared = await costOf("--route=/=shared top -b -d 1", form);
      const each = await costOf("--route=/=process top -b -d 1", form);
      assertEquals([shared.processes, each.processes], [1, 100]);
      const ratio = each.bytes / shared.bytes;
      assert(ratio >= 20, `shared ${shared.bytes}, each ${each.bytes}: ${ratio}`);
    },
  });
}
