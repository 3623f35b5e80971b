import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { closest } from "../../lib/cli/closest.ts";
import { flagTable } from "../../lib/cli/flag_table.ts";
import { topics } from "../../lib/cli/help/topics.ts";
import { bold, hasHelp, help } from "../../lib/cli/help.ts";
import { UnknownNameError } from "../../lib/cli/unknown_name_error.ts";
import { USAGE } from "../../lib/cli/usage.ts";
import { FLAGS } from "../../lib/handlers/flags.ts";
import { HANDLER_NAMES, kindNamed, optionsOf } from "../../lib/handlers/registry.ts";
import { KINDS } from "../../lib/options/kinds.ts";
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
  return KINDS[kind].bare ? `--${name}[=${value}]` : `--${name}=${value}`;
}

/** What stands in the right column of two, behind a text in the left one. */
function beside(left: string, text: string): string | undefined {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line === `  ${left}` || line.startsWith(`  ${left}  `));
  if (first < 0) return undefined;
  const start = lines[first]?.slice(2 + left.length).trimStart() ?? "";
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => !/^ {3,}\S/.test(line));
  return [start, ...rest.slice(0, end).map((line) => line.trim())].filter(Boolean).join(" ");
}

for (const flag of FLAGS) {
  Deno.test(`help() describes --${flag.name}, with its default`, () => {
    const given = showDefault(flag);
    const behind = given === undefined || given === "false" ? "" : ` [${given}]`;
    assertEquals(beside(synopsisOf(flag), help()), flag.doc + behind);
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
});

for (const topic of [undefined, ...topics().keys()]) {
  Deno.test(`help(${topic ?? ""}) fits 80 columns and is plain text`, () => {
    const text = help(topic);
    for (const line of text.split("\n")) assert([...line].length <= 80, line);
    // deno-lint-ignore no-control-regex -- control characters are what it is about
    assert(!/undefined|NaN|\[object|[ \t]\n|[\x00-\x09\x0b-\x1f]/.test(text), text);
    assertMatch(text, /[^\n]\n$/);
  });
}

Deno.test("help() lists each option under the heading of its group", () => {
  const blocks = help().split("\n\n");
  for (const group of new Set(FLAGS.map((flag) => flag.group))) {
    const block = blocks.find((text) => text.startsWith(`${group}:\n`)) ?? "";
    const names = Array.from(block.matchAll(/^ {2}--([\w-]+)/gm), (match) => match[1]);
    const expected = FLAGS.filter((flag) => flag.group === group).map((flag) => flag.name);
    assertEquals<unknown>(names, expected);
  }
});

Deno.test("help() names every handler, exit codes, variables and where there is more", () => {
  const text = help();
  for (const name of HANDLER_NAMES) {
    const { argument, doc } = kindNamed(name);
    assertEquals(beside(argument ? `${name} ${argument.value}` : name, text), doc);
  }
  for (const code of ["0", "1", "2", "3", "4"]) assert(beside(code, text), code);
  for (const name of ["STDWS_PORT=8080", "STDWS_CONFIG=FILE", "NO_COLOR=1"]) {
    assert(beside(name, text), name);
  }
  for (const topic of ["HANDLER", "OPTION", "route", "connect", "variables", "all"]) {
    assert(beside(`--help=${topic}`, text), topic);
  }
});

for (const name of HANDLER_NAMES) {
  Deno.test(`help(${name}) has how it is written, all of its options and an example`, () => {
    const text = help(name);
    const { argument, doc, example = [] } = kindNamed(name);
    const behind = argument ? ` ${argument.value}` : "";
    const [synopsis, , ...paragraph] = text.split("\n");
    assertEquals(synopsis, `stdws --route='PATTERN=${name}[?option=value&…]${behind}'`);
    assert(paragraph.join(" ").startsWith(doc));
    for (const option of optionsOf(name)) {
      assertMatch(text, new RegExp(`^ {2}${option.name}=`, "m"));
    }
    assert(example.length > 0);
    assertStringIncludes(text, `\nExample:\n${example.map((line) => `  ${line}\n`).join("")}`);
  });
}

for (const flag of FLAGS) {
  Deno.test(`help() knows --${flag.name} by itself`, () => {
    assert(hasHelp(flag.name));
    assertEquals(help(`--${flag.name}`), help(flag.name));
  });
}

Deno.test("help(maxqueue) has what it takes, its variable and the handlers that have it", () => {
  const text = help("maxqueue");
  assertEquals(beside("Takes", text), "a whole number, 1 or more, also with K, M or G");
  assertEquals(beside("Variable", text), "STDWS_MAXQUEUE");
  const handlers = HANDLER_NAMES.filter((name) =>
    optionsOf(name).some((option) => option.name === "maxqueue")
  );
  assertEquals(beside("Also of", text), `${handlers.join(", ")}, as maxqueue= in --route`);
});

Deno.test("help(variables) has the variable of every option that can have one", () => {
  const text = help("variables");
  for (const flag of FLAGS) {
    const variable = `STDWS_${flag.name.toUpperCase().replaceAll("-", "_")}`;
    const expected = flag.wordsOnly && flag.name !== "config" ? undefined : synopsisOf(flag);
    assertEquals(beside(variable, text), expected);
  }
});

Deno.test("help(connect) has all options of the client, short forms and exit codes", () => {
  const text = help("connect");
  for (const flag of FLAGS) {
    if (flag.group === "Help") continue;
    assertEquals(beside(synopsisOf(flag), text) !== undefined, flag.client ?? false, flag.name);
  }
  assertEquals(beside("-H 'Name: value'", text), "--header='Name: value'");
  assertEquals(beside("3", text), "There was no connection");
  assertEquals(help("client"), text);
});

Deno.test("help(all) has everything", () => {
  const text = help("all");
  for (const topic of [undefined, "route", "connect", "variables", ...HANDLER_NAMES]) {
    assertStringIncludes(text, help(topic));
  }
});

const MISTAKES: [topic: string, meant: string | undefined][] = [
  ["ehco", "echo"],
  ["brodcast", "broadcast"],
  ["rout", "route"],
  ["--prot", "port"],
  ["MAXFORK", "maxforks"],
  ["nonsense", undefined],
];
for (const [topic, meant] of MISTAKES) {
  Deno.test(`help() says of ${topic} that ${meant ?? "nothing"} was probably meant`, () => {
    const error = assertThrows(() => help(topic), UnknownNameError);
    const { message, exitCode } = error.hinted(closest);
    const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    assertEquals(
      message,
      `Invalid value "${topic}" for --help${hint}: expected a handler, an option, or route, connect, variables or all`,
    );
    assertEquals([exitCode, error instanceof UsageError], [2, true]);
  });
}

Deno.test("bold() makes headings bold, and changes nothing else", () => {
  const text = help("all");
  const shown = bold(text);
  assertStringIncludes(shown, "\n\x1b[1mListening:\x1b[0m\n");
  assertStringIncludes(shown, "\n\x1b[1mUsage:\x1b[0m stdws");
  assertEquals(shown.replaceAll("\x1b[1m", "").replaceAll("\x1b[0m", ""), text);
});

Deno.test("USAGE is short and names the command and --help", () => {
  assert(USAGE.trimEnd().split("\n").length <= 4);
  for (const line of USAGE.split("\n")) assert(line.length <= 80, line);
  assertStringIncludes(USAGE, "COMMAND");
  assertStringIncludes(USAGE, "--help");
  assert(USAGE.endsWith("\n"));
});

Deno.test("help() and USAGE name everything that can be served", () => {
  for (const text of [help(), USAGE]) {
    for (const flag of FLAGS.filter(({ serves }) => serves !== undefined)) {
      assertMatch(text.split("\n\n", 3).join(), new RegExp(`^ +stdws .*--${flag.name}\\b`, "m"));
    }
    for (const name of ["route", "staticdir", "cgidir", "connect"]) {
      assertMatch(text, new RegExp(`^ +stdws \\[options\\] .*--${name}=`, "m"));
    }
  }
});

Deno.test("flagTable() has a row for every option that help() has", () => {
  const [head, line, ...rows] = flagTable().trimEnd().split("\n");
  assertEquals([head, line], ["| option | default | meaning |", "| --- | --- | --- |"]);
  const names = rows.map((row) => /^\| `(.+?)` \|/.exec(row)?.[1]);
  assertEquals<unknown>(names, FLAGS.map(synopsisOf));
  // A bar in a cell would begin another.
  for (const row of rows) assertEquals(row.split("|").length, 5, row);
});
