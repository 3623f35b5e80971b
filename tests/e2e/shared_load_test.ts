import { assertEquals } from "@std/assert";
import { Client } from "../../scripts/bench/client.ts";
import { maskedFrame } from "../../scripts/bench/masked_frame.ts";
import { childrenOf } from "../../lib/process/proc.ts";
import { RawClient } from "../support/client.ts";
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

/** Processes that a hundred clients of a route have, each of which has heard something. */
async function programsOf(route: string, form: Form): Promise<number> {
  await using server = await TestServer.start([route], { form });
  // The server has a process of its own, which sees to it that it leaves none behind.
  const own = new Set(childrenOf(server.pid));
  using clients = new DisposableStack();
  const all: RawClient[] = [];
  for (let index = 0; index < 100; index++) {
    all.push(clients.use(await RawClient.open(server.url)));
  }
  await Promise.all(all.map((client) => client.text()));
  return childrenOf(server.pid).filter((pid) => !own.has(pid)).length;
}

for (const form of ["deno run", "node"] as const) {
  Deno.test({
    ...needing(`stdws shared top -b needs one process for a hundred clients [${form}]`, "top"),
    async fn() {
      // A hundred that count all processes again each second are more than a processor does beside other tests.
      // Whoever comes behind what it writes first has a line of that.
      assertEquals(await programsOf("--route=/=shared?history=1 top -b -d 60", form), 1);
      assertEquals(await programsOf("--route=/=process top -b -d 60", form), 100);
    },
  });
}
