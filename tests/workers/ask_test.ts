import { assertEquals, assertStringIncludes } from "@std/assert";
import { Metrics } from "../../lib/admin/metrics.ts";
import { textOfAll, type WorkerMetrics } from "../../lib/admin/metrics_of_all.ts";
import type { Others } from "../../lib/admin/others.ts";
import { AskAll, type Crew } from "../../lib/workers/ask/ask_all.ts";
import { joinOthers } from "../../lib/workers/ask/join_others.ts";
import { channelPair } from "./channel_pair.ts";

const NOBODY: Crew = { missing: [], isRetired: () => false };

interface Worker extends Disposable {
  readonly others: Others;
}

function join(
  all: AskAll,
  number: number,
  answers: Partial<Parameters<Others["answer"]>[0]> = {},
): Worker {
  const [parent, own] = channelPair();
  all.attach(parent, { number, pid: 100 + number });
  const others = joinOthers(own, number);
  others.answer(answers as Parameters<Others["answer"]>[0]);
  return { others, [Symbol.dispose]: () => own.close() };
}

Deno.test("AskAll asks all workers but the one that asks, and says which did not answer", async () => {
  const crew: Crew = {
    missing: [{ worker: 4, reason: "is being started again" }],
    isRetired: (pid) => pid === 103,
  };
  const all = new AskAll(() => crew);
  using one = join(all, 1);
  using _two = join(all, 2, { end: (data: unknown) => data });
  using _three = join(all, 3, { end: () => Promise.resolve(true) });
  using _five = join(all, 5);
  assertEquals(await one.others.ask("end", { id: "a" }), {
    answers: [
      { worker: 2, pid: 102, isRetired: false, answer: { id: "a" } },
      { worker: 3, pid: 103, isRetired: true, answer: true },
    ],
    silent: [
      { worker: 4, reason: "is being started again" },
      {
        worker: 5,
        reason: 'does not answer: Another process cannot do "end": it is not known here',
      },
    ],
  });
});

Deno.test("AskAll names nobody who has gone before he answered, but that he did not", async () => {
  const all = new AskAll(() => NOBODY);
  using one = join(all, 1);
  const asked = Promise.withResolvers<void>();
  const two = join(all, 2, {
    end: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const heard = one.others.ask("end", {});
  await asked.promise;
  two[Symbol.dispose]();
  assertEquals((await heard).silent.map(({ worker }) => worker), [2]);
  assertEquals(await one.others.ask("end", {}), { answers: [], silent: [] });
});

Deno.test("AskAll tells also of what workers had counted that are gone", async () => {
  const all = new AskAll(() => NOBODY);
  const look = { connections: [], ready: true };
  const own = new Metrics("node");
  own.at("/a").answered("request", 200);
  using one = join(all, 1);
  async function counted(): Promise<string> {
    const metrics = await own.data(look);
    const { answers, silent } = await one.others.ask("metrics", null, metrics);
    const others = answers.map(({ answer, ...of }) =>
      ({ ...of, metrics: answer }) as WorkerMetrics
    );
    return await textOfAll([{ worker: 1, pid: 101, isRetired: false, metrics }, ...others], silent);
  }
  for (let number = 2; number < 5; number++) {
    const metrics = new Metrics("node");
    metrics.at("/a").answered("request", 200);
    metrics.at("/a").processStarted(1);
    const two = join(all, number, { metrics: () => metrics.data(look) });
    assertStringIncludes(
      await counted(),
      `stdws_requests_total{route="/a",status="200"} ${number}\n`,
    );
    two[Symbol.dispose]();
    const text = await counted();
    assertStringIncludes(text, `stdws_requests_total{route="/a",status="200"} ${number}\n`);
    assertStringIncludes(text, `stdws_process_spawn_seconds_count{route="/a"} ${number - 1}\n`);
    assertStringIncludes(text, 'stdws_processes{route="/a"} 0\n');
    assertEquals(text.includes('worker="0"'), false);
  }
});
