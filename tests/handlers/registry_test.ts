import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Permits } from "../../lib/base/permits.ts";
import { type HandlerOptions, registry } from "../../lib/handlers/registry.ts";
import { prepare } from "./talk.ts";

const OPTIONS: HandlerOptions = { command: ["sh", "-c", "exit 3"], dir: "." };

Deno.test("registry has exactly four kinds of handlers", () => {
  assertEquals(Object.keys(registry).sort(), ["broadcast", "directory", "echo", "process"]);
});

const LABELS: [name: keyof typeof registry, label: RegExp][] = [
  ["process", /^Serving using application {3}: \S+\/sh -c exit 3$/],
  ["directory", /^Serving from directory {6}: \S/],
  ["echo", /^Serving using handler {7}: echo$/],
  ["broadcast", /^Serving using handler {7}: broadcast$/],
];
for (const [name, label] of LABELS) {
  Deno.test(`registry makes a handler of ${name} that says what it serves`, () => {
    const handler = registry[name](OPTIONS);
    assert(label.test(handler.label ?? ""), handler.label);
  });
}

for (const name of ["process", "directory"] as const) {
  Deno.test(`registry passes the options of processes on to ${name}`, async () => {
    const forks = new Permits(1);
    using _all = forks.take();
    const dir = new URL("../../", import.meta.url).pathname;
    const handler = registry[name]({ ...OPTIONS, dir, forks });
    const refusal = await prepare(handler, { path: "/main.ts" }).catch((error) => error);
    assertStringIncludes(String(refusal), "Max of possible forks");
  });
}
