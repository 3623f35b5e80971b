import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connections } from "../../lib/admin/connections.ts";
import { joinPages, placeIn } from "../../lib/admin/connection_pages.ts";
import type { ListedConnection } from "../../lib/admin/connection_list.ts";
import { endConnection } from "../../lib/admin/end_connection.ts";
import { Metrics } from "../../lib/admin/metrics.ts";
import { textOfAll } from "../../lib/admin/metrics_of_all.ts";
import type { Heard, Others } from "../../lib/admin/others.ts";
import { readyz } from "../../lib/admin/probes.ts";
import { Readiness } from "../../lib/base/readiness.ts";
import { Roster } from "../../lib/connection/roster.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { fakeExchange, fakePlace } from "../support/fake_place.ts";
import type { Handler } from "../../lib/contract.ts";

const SILENT = [{ worker: 3, reason: "is being started again" }];

function others(heard: Partial<Heard>): Others & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    worker: 1,
    asked,
    ask: (question, data) => {
      asked.push([question, data]);
      return Promise.resolve({ answers: [], silent: [], ...heard });
    },
    answer() {},
  };
}

function answerOf(answer: unknown, isRetired = false) {
  return { worker: 2, pid: 2_000, isRetired, answer };
}

async function ask(handler: Handler, changes: RequestChanges = {}): Promise<Response> {
  const answer = await handler.respond?.(fakeRequest(changes), fakeExchange(), fakePlace());
  if (!answer) throw new Error("It has not answered");
  return answer;
}

function readinessOf(lacks?: string): Readiness {
  const readiness = new Readiness();
  readiness.expect("accepting", () => lacks);
  return readiness;
}

const READY: [what: string, lacks: string | undefined, heard: Partial<Heard>, text: string][] = [
  [
    "all are",
    undefined,
    { answers: [answerOf([{ name: "accepting" }])] },
    "ready\naccepting: ok\nworkers: ok\n",
  ],
  [
    "another one is not",
    undefined,
    { answers: [answerOf([{ name: "accepting", lacks: "it is draining" }])] },
    "not ready\naccepting: worker 2: it is draining\nworkers: ok\n",
  ],
  [
    "it is not itself, nor is another one",
    "it is draining",
    { answers: [answerOf([{ name: "accepting", lacks: "it is draining" }])] },
    "not ready\naccepting: worker 1: it is draining; worker 2: it is draining\nworkers: ok\n",
  ],
  [
    "one has no place any more",
    undefined,
    { answers: [answerOf([{ name: "accepting", lacks: "it is draining" }], true)] },
    "ready\naccepting: ok\nworkers: ok\n",
  ],
  [
    "one is not there",
    undefined,
    { silent: SILENT },
    "not ready\naccepting: ok\nworkers: worker 3 is being started again\n",
  ],
];
for (const [what, lacks, heard, text] of READY) {
  Deno.test(`readyz() of several workers where ${what}`, async () => {
    const answer = await ask(readyz(readinessOf(lacks), others(heard)));
    assertEquals(await answer.text(), text);
    assertEquals(answer.status, text.startsWith("ready") ? 200 : 503);
  });
}

function listed(id: string, second: number): ListedConnection {
  return {
    id,
    since: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  } as ListedConnection;
}

Deno.test("joinPages() leads through the connections of all workers in their order, once", () => {
  const all = {
    10: [listed("a", 1), listed("d", 4), listed("e", 5)],
    20: [listed("b", 2), listed("c", 3)],
  };
  const page = (pid: 10 | 20, after: number, limit: number) => {
    const rows = all[pid].map((row, at) => [at + 1, row] as const).filter(([at]) => at > after);
    return {
      worker: pid / 10,
      pid,
      after,
      page: {
        total: all[pid].length,
        matching: all[pid].length,
        rows: rows.slice(0, limit),
        hasMore: rows.length > limit,
      },
    };
  };
  const found: string[][] = [];
  let place: string | null = "0";
  while (place !== null) {
    const [one, other] = [placeIn(place, 10), placeIn(place, 20)];
    const joined = joinPages([page(10, one, 2), page(20, other, 2)], 2);
    assertEquals([joined.total, joined.matching], [5, 5]);
    found.push(joined.connections.map(({ id, worker }) => `${id}${worker}`));
    place = joined.next;
  }
  assertEquals(found, [["a1", "b2"], ["c2", "d1"], ["e1"]]);
});

Deno.test("connections() of several workers names who does not answer, and hands on what is asked for", async () => {
  const quiet = { of: () => 0 };
  const page = { total: 1, matching: 1, rows: [[7, listed("b", 2)]], hasMore: false };
  const known = others({ answers: [answerOf(page)], silent: SILENT });
  const handler = connections({ roster: new Roster(), quiet, others: known });
  const query = "?path=/chat/*&after=2000.3~1.4";
  const list = await (await ask(handler, { query })).json();
  assertEquals(list, {
    total: 1,
    matching: 1,
    next: null,
    silent: SILENT,
    connections: [{ ...listed("b", 2), worker: 2 }],
  });
  assertEquals(known.asked, [["connections", query]]);
  for (const after of ["1", "x", "1.2.3", "1.2~", "1.2~x"]) {
    assertEquals((await ask(handler, { query: `?after=${after}` })).status, 400, after);
  }
});

Deno.test("endConnection() of several workers ends one of another worker, or says who could not be asked", async () => {
  const deletes: RequestChanges = { method: "DELETE", params: { id: "b-1" }, query: "?code=4001" };
  const has = others({ answers: [answerOf(true)] });
  assertEquals((await ask(endConnection(new Roster(), has), deletes)).status, 204);
  const [[question, end]] = has.asked as [[string, Record<string, unknown>]];
  assertEquals([question, end.id, end.code], ["end", "b-1", 4001]);
  const answer = await ask(
    endConnection(new Roster(), others({ answers: [answerOf(false)], silent: SILENT })),
    deletes,
  );
  assertEquals(answer.status, 404);
  assertStringIncludes(await answer.text(), "worker 3 is being started again");
});

Deno.test("textOfAll() sums what several workers have counted, and tells of each process by itself", async () => {
  const [one, other, retired] = [new Metrics("node"), new Metrics("node"), new Metrics("node")];
  one.at("/a").answered("handshake", 101);
  other.at("/a").answered("handshake", 101);
  other.at("/b").processStarted(3);
  retired.at("/a").answered("handshake", 101);
  const look = { connections: [], ready: true };
  const both = await Promise.all([one, other].map((metrics) => metrics.data(look)));
  const whole = await textOfAll(
    both.map((metrics, at) => ({ worker: at + 1, pid: at, isRetired: false, metrics })),
    [],
  );
  assertStringIncludes(whole, "stdws_ready 1\n");
  const text = await textOfAll([
    { worker: 1, pid: 10, isRetired: false, metrics: await one.data(look) },
    {
      worker: 2,
      pid: 20,
      isRetired: false,
      metrics: JSON.parse(JSON.stringify(await other.data(look))),
    },
    { worker: 2, pid: 15, isRetired: true, metrics: await retired.data({ ...look, ready: false }) },
  ], SILENT);
  assertStringIncludes(text, 'stdws_handshakes_total{route="/a",status="101"} 3\n');
  assertStringIncludes(text, 'stdws_processes{route="/b"} 1\n');
  assertStringIncludes(text, 'stdws_process_spawn_seconds_count{route="/b"} 1\n');
  assertStringIncludes(text, "stdws_ready 0\n");
  assertMatch(text, /stdws_build_info\{[^}]*\} 1\n/);
  assertMatch(text, /process_resident_memory_bytes\{worker="2",pid="20"\} \d+\n/);
  assertStringIncludes(text, 'stdws_worker_up{worker="2"} 1\n');
  assertStringIncludes(text, 'stdws_worker_up{worker="3"} 0\n');
});
