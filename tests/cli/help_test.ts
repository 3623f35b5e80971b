import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { flagTable, help, USAGE } from "../../lib/cli/help.ts";
import { FLAGS } from "../../lib/handlers/flags.ts";
import type { Kind } from "../../lib/handlers/kind.ts";
import { HANDLER_NAMES, registry } from "../../lib/handlers/registry.ts";
import type { Option } from "../../lib/options/option.ts";
import { showDefault } from "../../lib/options/read_option.ts";

Deno.test("FLAGS has each name once, and a value's name where it takes a value", () => {
  assertEquals(new Set(FLAGS.map((flag) => flag.name)).size, FLAGS.length);
  for (const { name, kind, value } of FLAGS) {
    assertEquals(value === undefined, kind === "boolean", name);
  }
});

/** How an option is written where it is described. */
function synopsisOf({ name, kind, value }: Option): string {
  if (value === undefined) return `--${name}`;
  return kind === "switch" ? `--${name}[=${value}]` : `--${name}=${value}`;
}

for (const flag of FLAGS) {
  Deno.test(`help() describes --${flag.name} on one line`, () => {
    const lines = help().split("\n").filter((line) => line.startsWith(`  ${synopsisOf(flag)} `));
    assertEquals(lines.length, 1);
    assertStringIncludes(lines[0] ?? "", flag.doc);
    const given = showDefault(flag);
    if (given !== undefined) assert(lines[0]?.endsWith(` [${given}]`));
  });
}

// Out of the contract's table.
const DEFAULTS: [name: string, given: string | undefined][] = [
  ["port", "80, or 443 with --ssl"],
  ["ssl", "false"],
  ["devconsole", "false"],
  ["engine", "auto"],
  ["sameorigin", "false"],
  ["binary", "false"],
  ["framing", "lines"],
  ["passstderr", "false"],
  ["reverselookup", "false"],
  ["maxforks", "1024"],
  ["maxframesize", "1048576"],
  ["closems", "0"],
  ["pingms", "0"],
  ["loglevel", "access"],
  ["origin", undefined],
  ["address", undefined],
  ["unixsocket", undefined],
  ["redirport", undefined],
];
for (const [name, given] of DEFAULTS) {
  Deno.test(`FLAGS says that --${name} is ${given ?? "nothing"} unless it is set`, () => {
    const flag = FLAGS.find((candidate) => candidate.name === name);
    assertEquals(flag && showDefault(flag), given);
  });
}

const CONTRACT =
  `port address unixsocket ssl sslcert sslkey sslca redirport sameorigin origin passenv
  binary passstderr reverselookup dir staticdir cgidir maxforks maxframesize closems pingms header
  header-ws header-http devconsole loglevel help version license`.split(/\s+/);

Deno.test("FLAGS has every option of the contract", () => {
  const names = new Set(FLAGS.map((flag) => flag.name));
  assertEquals(CONTRACT.filter((name) => !names.has(name)), []);
});

Deno.test("help() begins with what the program does and how it is called", () => {
  const text = help();
  assertMatch(text, /^stdws puts a program behind a WebSocket/);
  assertStringIncludes(text, "\nUsage: stdws [options] COMMAND [args…]\n");
  assert(text.endsWith("\n"));
  assert(!text.includes("undefined"));
});

Deno.test("help() lists each option under the heading of its group", () => {
  const blocks = help().split("\n\n");
  for (const group of new Set(FLAGS.map((flag) => flag.group))) {
    const block = blocks.find((text) => text.startsWith(`${group}:\n`)) ?? "";
    const names = Array.from(block.matchAll(/^ {2}--([\w-]+)/gm), (match) => match[1]);
    const expected = FLAGS.filter((flag) => flag.group === group).map((flag) => flag.name);
    assertEquals<unknown>(names, expected);
  }
});

Deno.test("help() has a line for every handler, with what follows it", () => {
  const block = help().split("\n\n").find((text) => text.startsWith("Handlers, ")) ?? "";
  const [heading, ...lines] = block.split("\n");
  assertStringIncludes(heading ?? "", "--route=PATTERN=HANDLER[?option=value&…][ COMMAND args…]");
  assertEquals(lines.length, HANDLER_NAMES.length);
  for (const [index, name] of HANDLER_NAMES.entries()) {
    const { argument, doc }: Kind = registry[name];
    const synopsis = argument ? `${name} ${argument.value}` : name;
    assertMatch(lines[index] ?? "", /^ {2}\S.* {2}\S/);
    assertEquals(lines[index]?.trim().split(/ {2,}/), [synopsis, doc]);
  }
});

Deno.test("USAGE is short and names the command and --help", () => {
  assert(USAGE.trimEnd().split("\n").length <= 4);
  assertStringIncludes(USAGE, "COMMAND");
  assertStringIncludes(USAGE, "--help");
  assert(USAGE.endsWith("\n"));
});

Deno.test("help() and USAGE name everything that can be served", () => {
  const line =
    "       stdws [options] --route=R | --dir=DIR | --echo | --broadcast | --staticdir=DIR | --cgidir=DIR";
  for (const text of [help(), USAGE]) assertStringIncludes(text, `\n${line}\n`);
});

Deno.test("flagTable() has a row for every option that help() has", () => {
  const [head, line, ...rows] = flagTable().trimEnd().split("\n");
  assertEquals([head, line], ["| option | default | meaning |", "| --- | --- | --- |"]);
  const names = rows.map((row) => /^\| `(.+?)` \|/.exec(row)?.[1]);
  assertEquals<unknown>(names, FLAGS.map(synopsisOf));
  // A bar in a cell would begin another.
  for (const row of rows) assertEquals(row.split("|").length, 5, row);
});
