import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Form } from "../../support/server.ts";
import { AdminServer } from "../admin_server.ts";
import {
  connectAll,
  type Served,
  startWorkers,
  TELLS,
  testWorkersTable,
  workersOf,
} from "../workers.ts";

async function start(form: Form): Promise<AdminServer> {
  const flags = ["--unstable-net"];
  return await AdminServer.start(["--workers=3", TELLS], form, { flags });
}

/** Waits until nobody is connected but those who are to be: of others that left it is heard a little later. */
async function untilThere(admin: AdminServer, count: number): Promise<void> {
  for (;;) {
    const { text } = await admin.ask("/connections?limit=1");
    if (JSON.parse(text).total === count) return;
  }
}

/** Ends clients. */
function end(all: Iterable<Disposable>): void {
  for (const each of all) each[Symbol.dispose]();
}

// Each is for the parent to answer.
const testAdmin = testWorkersTable();

testAdmin(
  "stdws --admin sums what all workers have counted, and shows each process",
  async (form) => {
    await using admin = await start(form);
    const all = await connectAll(admin.server.url, 3);
    await untilThere(admin, 3);
    const metrics = await admin.metrics();
    assertEquals(metrics.get('stdws_connections{route="/tells"}'), 3);
    assertEquals(metrics.get("stdws_ready"), 1);
    const started = metrics.get('stdws_processes_started_total{route="/tells"}');
    assert(started !== undefined && started >= 3);
    assertEquals(metrics.get('stdws_process_spawn_seconds_count{route="/tells"}'), started);
    for (const pid of workersOf(admin.server)) {
      const names = [...metrics.keys()].filter((name) => name.includes(`pid="${pid}"`));
      assert(names.some((name) => name.startsWith("process_resident_memory_bytes")));
    }
    for (const worker of [1, 2, 3]) {
      assertEquals(metrics.get(`stdws_worker_up{worker="${worker}"}`), 1);
    }
    end(all.values());
  },
);

testAdmin(
  "stdws --admin lists the connections of all workers page by page, and ends any",
  async (form) => {
    await using admin = await start(form);
    const first = await connectAll(admin.server.url, 3);
    const second = await connectAll(admin.server.url, 3);
    await untilThere(admin, 6);
    const listed: { id: string; worker: number; since: string }[] = [];
    let query: string | null = "?limit=2";
    while (query !== null) {
      const { text } = await admin.ask(`/connections${query}`);
      const list = JSON.parse(text);
      assertEquals([list.total, list.silent], [6, []]);
      assert(list.connections.length <= 2);
      listed.push(...list.connections);
      query = list.next === null ? null : `?limit=2&after=${list.next}`;
    }
    assertEquals(new Set(listed.map(({ id }) => id)).size, 6);
    assertEquals(new Set(listed.map(({ worker }) => worker)), new Set([1, 2, 3]));
    const times = listed.map(({ since }) => since);
    assertEquals(times, times.toSorted());
    const found = JSON.parse((await admin.ask("/connections?path=/none")).text);
    assertEquals([found.total, found.matching], [6, 0]);
    for (const { id } of listed) {
      const { status } = await admin.ask(`/connections/${id}?code=4001`, { method: "DELETE" });
      assertEquals(status, 204);
    }
    for (const { client } of [...first.values(), ...second.values()]) {
      assertMatch((await client.rest()).closed, /^4001/);
    }
    assertEquals((await admin.ask("/connections/none", { method: "DELETE" })).status, 404);
    end([...first.values(), ...second.values()]);
  },
);

testAdmin("stdws --admin is ready only where all workers are", async (form) => {
  await using admin = await start(form);
  assertEquals((await admin.ask("/healthz")).text, "ok\n");
  const all = await connectAll(admin.server.url, 3);
  assertMatch((await admin.ask("/readyz")).text, /^ready\n[^]*\nworkers: ok\n$/);
  const [[killed]] = all as unknown as [[number, Served]];
  Deno.kill(killed, "SIGKILL");
  await admin.server.stdout.until(/has ended by SIGKILL/);
  // It is started again meanwhile, and others are asked until then.
  let without = "";
  let again = "";
  while (!again) {
    const answer = await admin.ask("/readyz").catch(() => undefined);
    if (answer?.status === 503) without = answer.text;
    if (answer?.status === 200 && without) again = answer.text;
  }
  assertStringIncludes(without, "not ready\n");
  assertMatch(without, /\nworkers: worker \d is being started again\n$/);
  end(all.values());
});

testAdmin(
  "stdws --admin at a path of the server shows all workers, whichever is asked",
  async (form) => {
    const tokens = await Deno.makeTempFile();
    await Deno.writeTextFile(tokens, "anna:0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
    await Deno.chmod(tokens, 0o600);
    const args = [`--adminauth=token:${tokens}`, "--admin=/admin", TELLS];
    await using server = await startWorkers(args, { form }, 3);
    const all = await connectAll(server.url, 3);
    const at = server.url.replace(/^ws/, "http");
    for (let count = 0; count < 6; count++) {
      // None that stays: another connection comes to another worker.
      using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      const headers = { Authorization: "Bearer 0123456789abcdef0123456789abcdef" };
      const answer = await fetch(`${at}admin/connections`, { client, headers });
      assertEquals(answer.status, 200);
      const { silent, connections } = await answer.json();
      assertEquals(silent, []);
      const workers = connections.map(({ worker }: { worker: number }) => worker);
      assertEquals(new Set(workers), new Set([1, 2, 3]));
    }
    end(all.values());
    await Deno.remove(tokens);
  },
);
