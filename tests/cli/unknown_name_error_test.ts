import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseArgs } from "../../lib/cli/args.ts";
import { checkOptions } from "../../lib/cli/check_options.ts";
import { closest } from "../../lib/cli/closest.ts";
import { readEnvironment } from "../../lib/cli/environment.ts";
import { parseRoute } from "../../lib/cli/route.ts";
import { UnknownNameError } from "../../lib/cli/unknown_name_error.ts";
import type { Options } from "../../lib/handlers/flags.ts";
import { ROOT } from "../support/server.ts";

const MEANT: [what: string, read: () => unknown, hint: string][] = [
  ["--prt=1", () => parseArgs(["--prt=1"]), ' (did you mean "--port"?)'],
  ["-prt 1", () => parseArgs(["-prt", "1"]), ' (did you mean "--port"?)'],
  ["--Port=1", () => parseArgs(["--Port=1"]), ' (did you mean "--port"?)'],
  ["--maxfork=1", () => parseArgs(["--maxfork=1"]), ' (did you mean "--maxforks"?)'],
  ["--log_format=json", () => parseArgs(["--log_format=json"]), ' (did you mean "--log-format"?)'],
  ["--nonsense", () => parseArgs(["--nonsense"]), ""],
  ["-v", () => parseArgs(["-v"]), ""],
  ["--static=.", () => parseArgs(["--static=."]), ' (did you mean "--staticdir"?)'],
  ["--console", () => parseArgs(["--console"]), ' (did you mean "--devconsole"?)'],
  ["--unix=a", () => parseArgs(["--unix=a"]), ' (did you mean "--unixsocket"?)'],
  ["--cert=a", () => parseArgs(["--cert=a"]), ' (did you mean "--sslcert"?)'],
  ["--prot=1", () => parseArgs(["--prot=1"]), ' (did you mean "--port"?)'],
  // They have half of their letters from --port, --send and --dir.
  ["--host=a", () => parseArgs(["--host=a"]), ""],
  ["--bind=a", () => parseArgs(["--bind=a"]), ""],
  ["--dev", () => parseArgs(["--dev"]), ' (did you mean "--devconsole"?)'],
  // Several have that in them.
  ["--log=info", () => parseArgs(["--log=info"]), ""],
  ["/x=broad", () => parseRoute("/x=broad"), ' (did you mean "broadcast"?)'],
  ["/x=ech", () => parseRoute("/x=ech"), ' (did you mean "echo"?)'],
  ["/x=proces cat", () => parseRoute("/x=proces cat"), ' (did you mean "process"?)'],
  ["/x=nothing", () => parseRoute("/x=nothing"), ""],
  ["/x=echo?pingm=1", () => parseRoute("/x=echo?pingm=1"), ' (did you mean "pingms"?)'],
  ["/x=echo?pingms:1", () => parseRoute("/x=echo?pingms:1"), ' (did you mean "pingms"?)'],
  // What other handlers have is not meant.
  ["/x=echo?maxforks=1", () => parseRoute("/x=echo?maxforks=1"), ""],
  [
    "STDWS_ROUTE=/x=ech",
    () => readEnvironment({ STDWS_ROUTE: "/x=ech" }),
    ' (did you mean "echo"?)',
  ],
  ["--PORT=1", () => parseArgs(["--PORT=1"]), ' (did you mean "--port"?)'],
  [
    "--devconsole=flase",
    () => parseArgs(["--devconsole=flase"]),
    ' (did you mean "false"?)',
  ],
  ["--ssl=ture", () => parseArgs(["--ssl=ture"]), ' (did you mean "true"?)'],
  [
    "/x=process?framing=line cat",
    () => parseRoute("/x=process?framing=line cat"),
    ' (did you mean "lines"?)',
  ],
  [
    "STDWS_LOGLEVEL=acess",
    () => readEnvironment({ STDWS_LOGLEVEL: "acess" }),
    ' (did you mean "access"?)',
  ],
  ["STDWS_ENGINE=NODE", () => readEnvironment({ STDWS_ENGINE: "NODE" }), ' (did you mean "node"?)'],
  ["STDWS_ENGINE=x", () => readEnvironment({ STDWS_ENGINE: "x" }), ""],
];
for (const [what, read, hint] of MEANT) {
  Deno.test(`UnknownNameError of ${what} has${hint || " no hint"}`, () => {
    const error = assertThrows(read, UnknownNameError);
    const { message, exitCode } = error.hinted(closest);
    assertEquals([/ \(did you mean .*\)/.exec(message)?.[0] ?? "", exitCode], [hint, 2]);
    assertEquals(message.replace(hint, ""), error.message);
  });
}

// That it cannot work, though it parses, is another exit code.
for (const [name, said, meant] of [["engine", "nod", "node"], ["loglevel", "acess", "access"]]) {
  Deno.test(`checkOptions() of --${name}=${said} has a hint at ${meant}`, () => {
    const check = () => checkOptions({ [name as string]: said } as Options);
    const { message, exitCode } = assertThrows(check, UnknownNameError).hinted(closest);
    assertStringIncludes(
      message,
      `Invalid value "${said}" for --${name} (did you mean "${meant}"?): expected `,
    );
    assertEquals(exitCode, 1);
  });
}

Deno.test("run() loads what knows names that are near only where there is none", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/cli/run.ts"],
    cwd: ROOT,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const lazy = ["closest.ts", "file.ts"].map((name) => `lib/cli/${name}`);
  const loaders = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.filter(({ code, isDynamic }) => {
      return !isDynamic && lazy.some((path) => code?.specifier?.endsWith(path));
    }).map(() => specifier.replace(/^.*\/lib\//, "lib/"))
  );
  // All of them are behind the file, which is loaded where there is one.
  assertEquals([...new Set(loaders)].sort(), ["lib/cli/file.ts", "lib/cli/file_mistakes.ts"]);
});

/** What `deno info` says of a module. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly isDynamic?: boolean;
  }[];
}
