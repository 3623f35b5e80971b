import { assertEquals, assertMatch } from "@std/assert";
import { CapturedLog } from "./captured_log.ts";
import { Log } from "../../lib/base/log.ts";
import { logThrown } from "../../lib/base/log_thrown.ts";
import { shownPath, stackOf, thrownAt } from "../../lib/base/thrown_at.ts";

const LIB = new URL("../../lib/", import.meta.url).href;

/** An error with the frames of a stack; the place in it that is found. */
const STACKS: [what: string, frames: string[], place: string | undefined][] = [
  ["a function", ["f (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["none", ["file:///h/a.ts:6:9"], "/h/a.ts:6:9"],
  ["an asynchronous one", ["async f (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["an asynchronous one without a name", ["async file:///h/a.ts:6:9"], "/h/a.ts:6:9"],
  ["a constructor", ["new F (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["a method with another name", ["Object.f [as g] (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["a version", ["f (file:///h/a.ts?v=12:6:9)"], "/h/a.ts:6:9"],
  ["a space", ["f (file:///h%20h/a%20(1).ts:6:9)"], "/h h/a (1).ts:6:9"],
  [
    "a file below the folder",
    [`f (${new URL("x.ts", import.meta.url)}:1:2)`],
    "tests/base/x.ts:1:2",
  ],
  ["another server", ["f (https://h.example/a.ts:6:9)"], "https://h.example/a.ts:6:9"],
  ["the runtime", ["f (ext:core/01_core.js:1:2)", "g (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["the server", [`f (${LIB}gate/x.ts:1:2)`, "g (file:///h/a.ts:6:9)"], "/h/a.ts:6:9"],
  ["a package", [
    "f (file:///c/npm/registry.example/ms/2.1.3/i.js:1:2)",
    "g (file:///h/a.ts:6:9)",
  ], "/h/a.ts:6:9"],
  [
    "node_modules",
    ["f (file:///h/node_modules/ms/i.js:1:2)", "g (file:///h/a.ts:6:9)"],
    "/h/a.ts:6:9",
  ],
  [
    "nothing but a package",
    ["f (file:///h/node_modules/ms/i.js:1:2)"],
    "/h/node_modules/ms/i.js:1:2",
  ],
  ["nothing but the server", [`f (${LIB}gate/x.ts:1:2)`], undefined],
  [
    "nothing but the runtime",
    ["f (node:net:1:2)", "<anonymous>", "Array.map (<anonymous>)"],
    undefined,
  ],
  ["nothing", [], undefined],
];
for (const [what, frames, place] of STACKS) {
  Deno.test(`thrownAt() finds ${place} in a stack with ${what}`, () => {
    const error = new Error("boom\n    at message (file:///not/this.ts:1:1)");
    error.stack = [`Error: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join(
      "\n",
    );
    assertEquals(thrownAt(error), place);
  });
}

Deno.test("thrownAt() looks only at what its caller has called", () => {
  const error = new Error("boom");
  error.stack = "Error: boom\n    at file:///h/loader.ts:1:2\n    at file:///h/a.ts:3:4";
  assertEquals(thrownAt(error, "file:///h/loader.ts"), undefined);
});

const HOSTILE = [
  undefined,
  null,
  "a text",
  5,
  { stack: "Error\n    at file:///h/a.ts:6:9" },
  Object.assign(new Error("x"), { stack: 5 }),
  Object.defineProperty(new Error("x"), "stack", {
    get: () => {
      throw new Error("no");
    },
  }),
  Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("no");
    },
  }),
  Object.assign(new Error("x"), { stack: "Error: x\n    at file:///%:6:9" }),
];
for (const [at, thrown] of HOSTILE.entries()) {
  Deno.test(`logThrown() takes whatever was thrown, case ${at}`, () => {
    using log = new CapturedLog("error");
    logThrown(new Log(), "session", "It failed", thrown);
    assertEquals(log.messages.length, 1);
    assertMatch(log.messages[0] ?? "", /^ERROR session: It failed: /);
  });
}

Deno.test("logThrown() writes a line with the place, and one with the stack at debug", () => {
  function deep(): never {
    throw new Error("a\nb", { cause: new TypeError("c") });
  }
  for (const level of ["trace", "debug"] as const) {
    using log = new CapturedLog(level);
    try {
      deep();
    } catch (error) {
      logThrown(new Log(), "session", "It failed", error);
    }
    const texts = log.lines.map((line) => line.split(" | ").at(-1) ?? "");
    assertMatch(texts[0] ?? "", /^It failed: a\\nb \(tests\/base\/thrown_at_test\.ts:\d+:11\)$/);
    const place = String.raw`tests\/base\/thrown_at_test\.ts:\d+:\d+`;
    const stack = new RegExp(
      `^It failed: at deep \\(${place}\\) at ${place} .*caused by c at deep \\(${place}\\)`,
    );
    if (level === "debug") assertMatch(texts[1] ?? "", stack);
    assertEquals(texts.length, level === "debug" ? 2 : 1);
  }
});

Deno.test("stackOf() ends where a cause has itself for one", () => {
  const error = new Error("x");
  error.cause = error;
  assertEquals(stackOf(error).split("caused by x").length, 5);
  assertEquals([stackOf("a text"), stackOf(undefined)], ["", ""]);
});

Deno.test("shownPath() leaves what is no file as it is", () => {
  assertEquals(shownPath("https://h.example/a%20b.ts?v=1"), "https://h.example/a%20b.ts?v=1");
});
