import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Permits } from "../../lib/base/permits.ts";
import type { Handler } from "../../lib/contract.ts";
import type { RouteSaid } from "../../lib/handlers/kind.ts";
import { Modules } from "../../lib/handlers/modules.ts";
import {
  HANDLER_NAMES,
  type HandlerName,
  optionsOf,
  registry,
} from "../../lib/handlers/registry.ts";
import { Scripts } from "../support/scripts.ts";
import { fakePlace } from "../support/fake_place.ts";
import { accept, settle, Talk } from "./talk.ts";

/** Makes a handler as a route does. */
async function make(
  name: HandlerName,
  route: Partial<RouteSaid>,
  processes: Permits = new Permits(0),
): Promise<Handler> {
  const context = { lookup: undefined, scripts: [], modules: new Modules() };
  const all = { path: "/a", words: [], placeholders: false, values: {}, ...route };
  const handler = await registry[name].make(all, context);
  settle(handler, fakePlace({ processes }));
  return handler;
}

Deno.test("registry has exactly these kinds of handlers", () => {
  assertEquals([...HANDLER_NAMES].sort(), [
    "broadcast",
    "cgi",
    "console",
    "directory",
    "echo",
    "module",
    "process",
    "replay",
    "shared",
    "static",
    "tcp",
    "terminal",
  ]);
});

for (const name of HANDLER_NAMES) {
  Deno.test(`registry describes ${name} and its options, each of them once`, () => {
    const { doc } = registry[name];
    assert(doc.length > 10 && !doc.endsWith("."));
    const all = optionsOf(name);
    assertEquals(new Set(all.map((option) => option.name)).size, all.length);
    for (const option of all) {
      assert(/^[a-z]+(?:-[a-z]+)?$/.test(option.name), option.name);
      assert(option.doc.length > 10 && !option.doc.endsWith("."), option.name);
      assertEquals(option.choices !== undefined, option.kind === "choice", option.name);
      const needsValue = option.kind !== "boolean" && option.kind !== "choice";
      assertEquals(option.value !== undefined, needsValue, option.name);
    }
  });
}

const LABELS: [name: HandlerName, words: string[], label: RegExp][] = [
  ["process", ["sh", "-c", "exit 3"], /^Serving using application {3}: \S+\/sh -c exit 3$/],
  ["directory", ["."], /^Serving from directory {6}: \S/],
  ["echo", [], /^Serving using handler {7}: echo$/],
  ["broadcast", [], /^Serving using handler {7}: broadcast$/],
];
for (const [name, words, label] of LABELS) {
  Deno.test(`registry makes a handler of ${name} that says what it serves`, async () => {
    const handler = await make(name, { words });
    assert(label.test(handler.label ?? ""), handler.label);
  });
}

const COMMANDS: [name: HandlerName, wordsIn: (folder: string) => string[]][] = [
  ["process", (folder) => [`${folder}/program`]],
  ["directory", (folder) => [folder]],
];
for (const [name, wordsIn] of COMMANDS) {
  Deno.test(`registry has ${name} start no more processes than all may together`, async () => {
    await using scripts = await Scripts.write({ program: "exit 0" });
    const forks = new Permits(1);
    using _all = forks.take();
    const handler = await make(name, { words: wordsIn(scripts.folder) }, forks);
    const refusal = await accept(handler, { path: "/program" }).catch((error) => error);
    assertStringIncludes(String(refusal), "Max of possible forks");
  });

  Deno.test(`registry has ${name} with maxforks start so many, whatever others do`, async () => {
    await using scripts = await Scripts.write({ program: "exec cat" });
    const forks = new Permits(1);
    using _all = forks.take();
    const route = { words: wordsIn(scripts.folder), values: { maxforks: 1 } };
    const handler = await make(name, route, forks);
    await using _first = await Talk.open(handler, { path: "/program" });
    const refusal = await accept(handler, { path: "/program" }).catch((error) => error);
    assertStringIncludes(String(refusal), "Max of possible forks");
  });
}
