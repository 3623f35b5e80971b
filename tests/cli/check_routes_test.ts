import { assertEquals } from "@std/assert";
import { createApp } from "../../lib/app.ts";
import { parseArgs } from "../../lib/cli/args.ts";
import { checkRoutes } from "../../lib/cli/check_routes.ts";
import { readConfig } from "../../lib/cli/read_config.ts";
import { ConfigFile } from "../support/config_file.ts";

/** The lines of `--check`. */
async function linesOf(
  argv: readonly string[],
  variables: Record<string, string> = {},
): Promise<string[]> {
  const args = parseArgs(["--check", ...argv]);
  if (args.kind !== "check") throw new Error(`It is ${args.kind}`);
  const { config } = await readConfig(args, variables);
  const { routes } = await createApp(config);
  return checkRoutes(routes, config.dispatch);
}

const FLAGS = [
  "--origin=a.b",
  "--subprotocol=x",
  "--subprotocol=y",
  "--maxframesize=9",
  "--pingms=700",
];
const SHOWN = "origin=a.b subprotocol=x,y maxframesize=9 pingms=700";

const SOURCES: [what: string, args: readonly string[], variables?: Record<string, string>][] = [
  ["flags", FLAGS],
  ["variables", [], {
    STDWS_ORIGIN: "a.b",
    STDWS_SUBPROTOCOL: "x\ny",
    STDWS_MAXFRAMESIZE: "9",
    STDWS_PINGMS: "700",
  }],
];
for (const [what, args, variables] of SOURCES) {
  Deno.test(`checkRoutes() shows what a route has from the server's ${what}`, async () => {
    assertEquals(await linesOf([...args, "--route=/a=echo"], variables), [`/a  echo    ${SHOWN}`]);
  });
}

Deno.test("checkRoutes() shows what a route has from a file", async () => {
  const options = { origin: "a.b", subprotocol: ["x", "y"], maxframesize: 9, pingms: 700 };
  await using file = await ConfigFile.write({ ...options, routes: { "/a": "echo" } });
  assertEquals(await linesOf([`--config=${file.path}`]), [`/a  echo    ${SHOWN}`]);
});

const ROUTES: [what: string, args: readonly string[], line: string][] = [
  ["nothing that is as by default", ["--pingms=0", "--route=/a=echo"], "/a  echo"],
  [
    "what a route says in place of the server",
    ["--pingms=7", "--origin=a.b", "--route=/a=echo?pingms=0"],
    "/a  echo    origin=a.b pingms=0",
  ],
  ["no origins where their list is empty", ["--origin=", "--route=/a=echo"], "/a  echo"],
  ["who may connect", ["--sameorigin", "--route=/a=echo"], "/a  echo    sameorigin=true"],
  [
    "what programs and WebSockets have of the server",
    ["--closems=5", "--pingms=7", "--route=/a=process true"],
    "/a  process  true  closems=5 pingms=7",
  ],
  ["the rest of what is served", ["--pingms=7", "--echo"], "*  echo    pingms=7"],
  // There are no WebSockets behind it.
  ["nothing that pages do not have", [...FLAGS, "--route=/a=console"], "/a  console"],
];
for (const [what, args, line] of ROUTES) {
  Deno.test(`checkRoutes() shows ${what}: ${args.join(" ")}`, async () => {
    assertEquals(await linesOf(args), [line]);
  });
}
