import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { EarlyVariables } from "../../../lib/process/unbuffer/early_variables.ts";
import { which } from "../../../lib/process/which.ts";
import { needing } from "../../support/programs.ts";
import { Scripts } from "../../support/scripts.ts";

const PATH = Deno.env.get("PATH") ?? "";
const STDBUF = "LD_PRELOAD _STDBUF_O";
const ALL = `LD_PRELOAD PERL5OPT PYTHONUNBUFFERED _STDBUF_O`;

function variablesOf(program: string, args: readonly string[], policy: "auto" | "on" = "auto") {
  const path = program.includes("/") ? program : which(program, { path: PATH, os: "linux" });
  return Object.keys(new EarlyVariables(policy).of({ program: path, args, path: PATH }))
    .toSorted().join(" ");
}

const COMMANDS: readonly [command: readonly string[], variables: string][] = [
  [["python3", "-c", "1"], "PYTHONUNBUFFERED"],
  [["perl", "-e", "1"], "PERL5OPT"],
  [["grep", "x"], STDBUF],
  [["sed", "p"], STDBUF],
  [["awk", "1"], STDBUF],
  [["cat"], STDBUF],
  // They buffer in ways of their own, or not at all.
  [["ruby"], ""],
  [["php"], ""],
  [["node"], ""],
  // What they start is not known.
  [["sh"], ALL],
  [["sh", "-c", "cat"], ALL],
  [["bash", "-c", "cat"], ALL],
  [["nice", "cat"], ALL],
  [["env", "cat"], ALL],
  // Shows what a program gets.
  [["env"], ""],
];

for (const [[program = "", ...args], variables] of COMMANDS) {
  Deno.test({
    ...needing(
      `EarlyVariables gives ${[program, ...args].join(" ")} ${variables || "none"}`,
      program,
      "stdbuf",
    ),
    fn: () => assertEquals(variablesOf(program, args), variables),
  });
}

Deno.test("EarlyVariables does not give Deno what would keep it from starting programs", () => {
  assertEquals(variablesOf(Deno.execPath(), ["run", "x.ts"]), "");
});

const SCRIPTS: readonly [line: string, variables: string][] = [
  ["#!/usr/bin/env python3", "PYTHONUNBUFFERED"],
  ["#!/usr/bin/env -S python3 -E", "PYTHONUNBUFFERED"],
  ["#!/bin/sh", ALL],
  ["#!/usr/bin/env perl", "PERL5OPT"],
  ["#!/bin/sed -f", STDBUF],
  ["#!/usr/bin/env deno", ""],
  ["#!/usr/bin/env nothing-of-that-name", ""],
  ["no script, and nothing else", ""],
];

for (const [line, variables] of SCRIPTS) {
  Deno.test({
    ...needing(`EarlyVariables gives a script with ${line} ${variables || "none"}`, "stdbuf"),
    async fn() {
      await using scripts = await Scripts.write({});
      const path = `${scripts.folder}/script`;
      await Deno.writeTextFile(path, `${line}\n`, { mode: 0o755 });
      assertEquals(variablesOf(path, []), variables);
    },
  });
}

const COMPILED: readonly [how: string, flags: readonly string[], variables: string][] = [
  ["dynamically", [], STDBUF],
  ["statically", ["-static"], ""],
  // It would end at once: nothing may be loaded before its library.
  ["with AddressSanitizer", ["-fsanitize=address"], ""],
];

for (const [how, flags, variables] of COMPILED) {
  Deno.test({
    ...needing(`EarlyVariables gives C built ${how} ${variables || "none"}`, "cc", "stdbuf"),
    async fn() {
      await using scripts = await Scripts.write({});
      const path = `${scripts.folder}/program`;
      await Deno.writeTextFile(`${path}.c`, "int main(void) { return 0; }\n");
      const args = [...flags, "-o", path, `${path}.c`];
      const { success, stderr } = await new Deno.Command("cc", { args }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      assertEquals(variablesOf(path, []), variables);
    },
  });
}

Deno.test({
  ...needing("EarlyVariables gives everything to everybody with on", "env", "stdbuf"),
  fn: () => assertEquals(variablesOf("env", [], "on"), ALL),
});

Deno.test({
  name: "EarlyVariables gives no LD_PRELOAD where Deno may not start every program",
  permissions: { read: true, env: true, run: ["cat"] },
  fn() {
    const job = { program: "/bin/sh", args: [], path: PATH };
    const early = new EarlyVariables("auto").of(job);
    assertEquals(Object.keys(early), ["PYTHONUNBUFFERED", "PERL5OPT"]);
    assertThrows(
      () => new EarlyVariables("on"),
      UsageError,
      "Cannot run programs with unbuffer=on: Deno allows that only with --allow-run or -A",
    );
  },
});
