import { assertEquals, assertThrows } from "@std/assert";
import { parseArgs } from "../../lib/cli/args.ts";
import { closest } from "../../lib/cli/closest.ts";
import { readEnvironment } from "../../lib/cli/environment.ts";
import { parseRoute } from "../../lib/cli/route.ts";
import { UnknownNameError } from "../../lib/cli/unknown_name_error.ts";
import { ROOT } from "../support/server.ts";

const MEANT: [what: string, read: () => unknown, hint: string][] = [
  ["--prt=1", () => parseArgs(["--prt=1"]), ' (did you mean "--port"?)'],
  ["-prt 1", () => parseArgs(["-prt", "1"]), ' (did you mean "--port"?)'],
  ["--Port=1", () => parseArgs(["--Port=1"]), ' (did you mean "--port"?)'],
  ["--maxfork=1", () => parseArgs(["--maxfork=1"]), ' (did you mean "--maxforks"?)'],
  ["--log_format=json", () => parseArgs(["--log_format=json"]), ' (did you mean "--log-format"?)'],
  ["--nonsense", () => parseArgs(["--nonsense"]), ""],
  ["-v", () => parseArgs(["-v"]), ""],
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
];
for (const [what, read, hint] of MEANT) {
  Deno.test(`UnknownNameError of ${what} has${hint || " no hint"}`, () => {
    const error = assertThrows(read, UnknownNameError);
    const { message, exitCode } = error.hinted(closest);
    assertEquals([/ \(did you mean .*\)/.exec(message)?.[0] ?? "", exitCode], [hint, 2]);
    assertEquals(message.replace(hint, ""), error.message);
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
