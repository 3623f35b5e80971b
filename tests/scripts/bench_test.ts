import { assertEquals, assertThrows } from "@std/assert";
import { contestants } from "../../scripts/bench/contestants.ts";
import { digitsUpTo } from "../../scripts/bench/digits_up_to.ts";
import { FrameCounter } from "../../scripts/bench/frame_counter.ts";
import type { Item } from "../../scripts/bench/item.ts";
import { parseOptions } from "../../scripts/bench/options.ts";
import { pairsOf, report } from "../../scripts/bench/report.ts";
import { table } from "../../scripts/bench/table.ts";

const KNOWN = { items: ["drain", "churn"], servers: ["stdws", "node"], based: ["base"] };

const accepted: [args: string[], part: Partial<ReturnType<typeof parseOptions>>][] = [
  [[], { rounds: 5, quick: false, only: ["drain", "churn"], servers: ["stdws", "node"] }],
  [["--quick"], { rounds: 2, quick: true }],
  [["--only=churn,drain", "--servers=node"], { only: ["drain", "churn"], servers: ["node"] }],
  [["--tree=../a"], { tree: "../a", servers: ["stdws", "node", "base"] }],
  [["--tree=../a", "--servers=base"], { servers: ["base"] }],
  [["--workers=1,4"], { workers: [1, 4], servers: ["stdws", "node", "workers-1", "workers-4"] }],
];
for (const [args, part] of accepted) {
  Deno.test(`parseOptions() takes ${JSON.stringify(args)}`, () => {
    const options = parseOptions(args, KNOWN);
    assertEquals({ ...options, ...part }, options);
  });
}

const refused: [arg: string, message: string][] = [
  ["--rounds=0", "Cannot use --rounds=0: it is no number from 1 to 9999"],
  ["--only=drian", 'Cannot use --only=drian: "drian" is none of drain, churn'],
  ["--servers=base", 'Cannot use --servers=base: "base" is none of stdws, node'],
  ["--tree=", "Cannot use --tree=: it is the folder of another stdws"],
  ["--workers=0", "Cannot use --workers=0: it is no list of numbers from 1 to 99"],
  ["--slow", 'Cannot use "slow": there is no such option'],
];
for (const [arg, message] of refused) {
  Deno.test(`parseOptions() refuses ${arg}`, () => {
    assertThrows(() => parseOptions([arg], KNOWN), Error, message);
  });
}

/** The words of a contestant from its options on, for each kind of task. */
function wordsOf(name: string): string[][] {
  const found = contestants({ tree: "/before" }).find((contestant) => contestant.name === name);
  const shared = { kind: "shared", program: ["sh", "-c", "seq 1 3"] } as const;
  const tasks = [["cat"], shared, { kind: "broadcast", program: [] } as const];
  return tasks.map((task) => found?.command(7, task).slice() ?? []).map((words) =>
    words.slice(words.findIndex((word) => /main\.ts|control\.ts/.test(word)) + 1)
  );
}

const FLAGS = ["--address=127.0.0.1", "--port=7", "--loglevel=error"];
const started: [name: string, engine: string[]][] = [
  ["stdws", []],
  ["native", ["--engine=native"]],
  ["node", ["--engine=node"]],
  ["base", ["--engine=native"]],
  ["base-node", ["--engine=node"]],
];
for (const [name, engine] of started) {
  Deno.test(`contestants() start ${name} with a program or a route`, () => {
    assertEquals(wordsOf(name), [
      [...FLAGS, ...engine, "--", "cat"],
      [...FLAGS, ...engine, "--route=*=shared 'sh' '-c' 'seq 1 3'"],
      [...FLAGS, ...engine, "--route=*=broadcast?echo=false"],
    ]);
  });
}

Deno.test("contestants() start the control with what it does", () => {
  assertEquals(wordsOf("control"), [
    ["7", "process", "cat"],
    ["7", "shared", "sh", "-c", "seq 1 3"],
    ["7", "broadcast"],
  ]);
});

Deno.test("contestants() start the other tree with its own configuration", () => {
  const bases = contestants({ tree: "/before" }).filter(({ name }) => name.startsWith("base"));
  for (const base of bases) {
    const words = base.command(7, ["cat"]);
    assertEquals(words.slice(3, 5), ["--config=/before/deno.json", "/before/main.ts"]);
  }
  assertEquals(bases.length, 2);
});

Deno.test("pairsOf() compares stdws with all, and each engine with itself before", () => {
  assertEquals(
    pairsOf(["stdws", "native", "node", "base", "base-node"]).map((pair) => pair.join("/")),
    [
      "stdws/native",
      "stdws/node",
      "stdws/base",
      "stdws/base-node",
      "native/base",
      "node/base-node",
    ],
  );
  assertEquals(pairsOf(["node", "websocketd"]), []);
});

Deno.test("report() divides medians, and table() has the goals against who takes part", () => {
  const item: Item = {
    name: "drain",
    metrics: [{
      name: "drain",
      unit: "msg/s",
      goals: [
        { relation: ">=", ratio: 15, to: "websocketd" },
        { relation: "<=", ratio: 1, to: "native" },
      ],
    }],
    measure: () => Promise.resolve({}),
  };
  const rows = report([item], { drain: { stdws: [20, 60, 30], websocketd: [2] } });
  assertEquals(rows[0]?.ratios, { "stdws/websocketd": 15 });
  assertEquals(table(rows, ["stdws", "websocketd"]), [
    "               stdws  websocketd  stdws/websocketd             goal",
    "drain (msg/s)     30           2             15.00  ≥ 15 websocketd",
  ]);
});

Deno.test("FrameCounter counts the same however a stream is cut", () => {
  const frames = [[0x81, 2, 1, 2], [0x01, 1, 9], [0x80, 0], [
    0x82,
    126,
    0,
    130,
    ...Array(130).fill(7),
  ]];
  const bytes = Uint8Array.from([...frames.flat(), 0x88, 2, 3, 232]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const counter = new FrameCounter();
    counter.push(bytes.subarray(0, cut));
    counter.push(bytes.subarray(cut));
    const { messages, payloadBytes, closed } = counter;
    assertEquals({ messages, payloadBytes, closed }, {
      messages: 3,
      payloadBytes: 133,
      closed: true,
    });
  }
});

Deno.test("digitsUpTo() counts what seq writes", () => {
  assertEquals([1, 9, 10, 100, 1_000_000].map(digitsUpTo), [1, 9, 11, 192, 5_888_896]);
});
