/**
 * What it takes to add an option that routes have, and the server for all of them: its row and the code
 * that uses its value. The row is added here to the tables themselves, before anything is made from them.
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as z from "zod";
import { UsageError } from "../../lib/base/errors.ts";
import type { Kind } from "../../lib/handlers/kind.ts";
import { kindOf } from "../../lib/handlers/kind.ts";
import { HANDLER_NAMES, registry } from "../../lib/handlers/registry.ts";
import type { Option } from "../../lib/options/option.ts";

/** What the handler was made with. */
const made: unknown[] = [];

const REST = {
  name: "rest",
  as: "restMs",
  kind: "number",
  value: "MS",
  most: 1_000,
  default: 10,
  group: "Messages",
  reload: "route",
  doc: "How long it rests between two messages",
  flag: { doc: "How long all rest between two messages" },
} as const satisfies Option;

(registry as Record<string, Kind>).rester = kindOf({
  doc: "Rests between two messages",
  options: [REST],
  make({ values }) {
    made.push(values.restMs);
    return { open() {} };
  },
});
(HANDLER_NAMES as string[]).push("rester");

// Whatever is made from the tables knows the row from here on.
const { parseArgs } = await import("../../lib/cli/args.ts");
const { checkOptions } = await import("../../lib/cli/check_options.ts");
const { checkRoutes } = await import("../../lib/cli/check_routes.ts");
const { readEnvironment } = await import("../../lib/cli/environment.ts");
const { parseConfigFile } = await import("../../lib/cli/file.ts");
const { FILE_SCHEMA } = await import("../../lib/cli/file_schema.ts");
const { handlerTable } = await import("../../lib/cli/handler_table.ts");
const { flagTable } = await import("../../lib/cli/flag_table.ts");
const { help } = await import("../../lib/cli/help.ts");
const { readConfig } = await import("../../lib/cli/read_config.ts");
const { staleOptions } = await import("../../lib/cli/reloading.ts");
const { createApp } = await import("../../lib/app.ts");

/** The words of a command line. */
function words(...argv: string[]): Parameters<typeof readConfig>[0] {
  const args = parseArgs(argv);
  if (args.kind !== "serve") throw new Error(`It is ${args.kind}`);
  return args;
}

/** What a handler is made with. */
async function rested(
  argv: readonly string[],
  variables: Record<string, string> = {},
): Promise<unknown> {
  const { config } = await readConfig(words(...argv), variables);
  made.length = 0;
  await createApp(config);
  return made[0];
}

const ROUTE = "--route=/a=rester";

Deno.test("Option: a row alone gives it a flag, a variable and a default", async () => {
  assertEquals(await rested([ROUTE]), 10);
  assertEquals(await rested([ROUTE, "--rest=20"]), 20);
  assertEquals(await rested([ROUTE], { STDWS_REST: "30" }), 30);
  assertEquals(await rested([ROUTE, "--rest=20"], { STDWS_REST: "30" }), 20);
});

Deno.test("Option: a row alone lets a route say something else", async () => {
  assertEquals(await rested(["--route=/a=rester?rest=40", "--rest=20"]), 40);
});

Deno.test("Option: a row alone gives it a place in the file, for the server and for routes", async () => {
  const file = await Deno.makeTempFile();
  const route = { handler: "rester", rest: 60 };
  await Deno.writeTextFile(file, '{ "rest": 50, "routes": { "/a": "rester" } }');
  assertEquals(await rested([`--config=${file}`]), 50);
  await Deno.writeTextFile(file, JSON.stringify({ rest: 50, routes: { "/a": route } }));
  assertEquals(await rested([`--config=${file}`]), 60);
  await Deno.remove(file);
});

Deno.test("Option: a row alone has every source check it", () => {
  const expected = "expected a whole number, 0 to 1000";
  const { options } = words("--rest=1001");
  assertThrows(() => checkOptions(options), UsageError, `"1001" for --rest: ${expected}`);
  const reading = () => readEnvironment({ STDWS_REST: "1001" });
  assertThrows(reading, UsageError, `"1001" for STDWS_REST: ${expected}`);
  const routes = () => readEnvironment({ STDWS_ROUTE: "/a=rester?rest=x" });
  assertThrows(routes, UsageError, `"x" for rest in STDWS_ROUTE=/a=rester?rest=x: ${expected}`);
  const text = '{ "rest": -1, "routes": { "/a": { "handler": "rester", "rets": 5 } } }';
  const error = assertThrows(() => parseConfigFile(text, "a"), UsageError);
  assertStringIncludes(error.message, `a:1:11: Invalid value -1 for rest: ${expected}`);
  assertStringIncludes(
    error.message,
    'Unknown option "rets" of routes["/a"] (did you mean "rest"?)',
  );
});

Deno.test("Option: a row alone puts it into help, both tables and the schema", () => {
  assertEquals(/^ {2}--rest=MS +(.*)$/m.exec(help())?.[1], `${REST.flag.doc} [10]`);
  assertStringIncludes(help("rester"), `  rest=MS  ${REST.doc} [that of --rest]\n`);
  assertStringIncludes(flagTable(), `| \`--rest=MS\` | \`10\` | ${REST.flag.doc} |\n`);
  assertStringIncludes(
    handlerTable(),
    `| \`rest=MS\` | rester | that of --rest | ${REST.doc} |\n`,
  );
  const schema = JSON.stringify(z.toJSONSchema(FILE_SCHEMA, { io: "input" }));
  const limits = '"type":"integer","minimum":0,"maximum":1000';
  assertStringIncludes(schema, `"rest":{"description":"${REST.flag.doc}","default":10,${limits}}`);
  assertStringIncludes(
    schema,
    `"rest":{"description":"${REST.doc} (default: that of --rest)",${limits}}`,
  );
});

Deno.test("Option: a row alone has --check show what is not as by default", async () => {
  const { config } = await readConfig(words(ROUTE, "--route=/b=rester?rest=70"), {});
  const { routes } = await createApp(config);
  assertEquals(checkRoutes(routes, config.dispatch), ["/a  rester", "/b  rester    rest=70"]);
});

Deno.test("Option: a row alone says that a reload takes it up", async () => {
  const [before, after] = await Promise.all([
    readConfig(words(ROUTE, "--port=1"), {}),
    readConfig(words(ROUTE, "--port=2", "--rest=5"), {}),
  ]);
  assertEquals(staleOptions(before, after), ["port"]);
});
