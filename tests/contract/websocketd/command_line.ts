import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../../lib/base/version.ts";
import { runToEnd } from "../../support/server.ts";
import { inFolder, type Line, refusal, visit } from "./line.ts";

const LOCAL = ["--port=0", "--address=127.0.0.1"];

/** Refused with the code, by a line that says so. */
function refused(line: string, args: readonly string[], code: number, says: RegExp): Line {
  return [line, async (form) => {
    const found = await refusal(form, args);
    assertEquals(found.code, code);
    assertMatch(found.says, says);
  }];
}

const FATAL = /\| FATAL {2}\| server {5}\| {2}\| Can't start server: /;

export const COMMAND_LINE: readonly Line[] = [
  ["options end at the first word that is not an option", async (form) => {
    assertEquals((await visit(form, ["echo", "-n", "--port=1"])).texts, ["--port=1"]);
  }],
  ["options end at --", async (form) => {
    assertEquals((await visit(form, ["--", "echo", "-l"])).texts, ["-l"]);
  }],
  ["--name=value, --name value, -name=value, -name value", async (form) => {
    for (const words of [["--passenv=HOME"], ["--passenv", "HOME"], ["-passenv=HOME"]]) {
      const { texts } = await visit(form, [...words, "-passenv", "HOME", "sh", "-c", "echo $HOME"]);
      assertEquals(texts, [Deno.env.get("HOME") ?? ""]);
    }
  }],
  [
    "a boolean is --name or --name=true|false|1|0|t|f and never takes the next word",
    async (form) => {
      for (const word of ["--passstderr", "--passstderr=t", "-passstderr=1", "--passstderr=true"]) {
        assertStringIncludes((await visit(form, [word, "echo", "x"])).texts[0] ?? "", '"stdout"');
      }
      for (const word of ["--passstderr=false", "--passstderr=f", "-passstderr=0"]) {
        assertEquals((await visit(form, [word, "echo", "x"])).texts, ["x"]);
      }
    },
  ],
  ["options may be repeated; the last wins", async (form) => {
    assertEquals((await visit(form, ["--passstderr", "--passstderr=0", "echo", "x"])).texts, ["x"]);
  }],
  ["exit 0: --version prints NAME VERSION on stdout", async (form) => {
    const stdout = `stdws ${VERSION}\n`;
    assertEquals(await runToEnd(["--version"], { form }), { code: 0, stdout, stderr: "" });
  }],
  ["exit 0: --help goes to stdout", async (form) => {
    const { code, stdout, stderr } = await runToEnd(["--help"], { form });
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "--sslca=FILE");
  }],
  ["exit 0: --license", async (form) => {
    const { code, stdout } = await runToEnd(["--license"], { form });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "MIT License");
  }],
  refused("exit 1: no arguments at all", [], 1, /COMMAND/),
  refused(
    "exit 1: nothing to serve",
    LOCAL,
    1,
    /COMMAND, --route, --handlers, --dir.*--staticdir or --cgidir/,
  ),
  refused("exit 1: both COMMAND and --dir", [...LOCAL, "--dir=/", "ls"], 1, /"ls".*--dir/),
  refused("exit 1: command not in PATH", [...LOCAL, "no-such-command"], 1, /no-such-command.*PATH/),
  ...["dir", "staticdir", "cgidir"].map((name) =>
    refused(`exit 1: --${name} is no folder`, [...LOCAL, `--${name}=/dev/null`], 1, /\/dev\/null/)
  ),
  refused("exit 1: --ssl without both files", [...LOCAL, "--ssl", "ls"], 1, /sslcert.*sslkey/),
  refused("exit 1: --ssl with one file", [...LOCAL, "--ssl", "--sslcert=a", "ls"], 1, /--sslkey/),
  refused("exit 1: the files without --ssl", [...LOCAL, "--sslkey=a", "ls"], 1, /--sslkey=a/),
  refused("exit 1: --sslca without --ssl", [...LOCAL, "--sslca=a", "ls"], 1, /--sslca=a.*--ssl/),
  refused("exit 1: unknown log level", [...LOCAL, "--loglevel=x", "ls"], 1, /"x".*--loglevel/),
  refused(
    "exit 1: --passstderr with --binary",
    [...LOCAL, "--passstderr", "--binary", "ls"],
    1,
    /./,
  ),
  refused("exit 2: an option that does not exist", ["--nonsense", "ls"], 2, /--nonsense/),
  refused("exit 2: a value that does not parse", ["--port=abc", "ls"], 2, /"abc".*--port/),
  refused("exit 3: cannot listen", ["--address=192.0.2.1", "--port=1", "ls"], 3, /INFO|FATAL/),
  ["exit 3: a live Unix socket, or a file that is no socket", async (form) => {
    await inFolder(async (folder) => {
      const path = `${folder}/socket`;
      await Deno.writeTextFile(path, "kept");
      assertMatch((await refusal(form, [`--unixsocket=${path}`, "ls"])).says, FATAL);
      assertEquals(await Deno.readTextFile(path), "kept");
      await Deno.remove(path);
      using _live = Deno.listen({ transport: "unix", path });
      const { code, says } = await refusal(form, [`--unixsocket=${path}`, "ls"]);
      assertEquals(code, 3);
      assertMatch(says, FATAL);
    });
  }],
  ...["staticdir", "cgidir"].map((name) =>
    refused(
      `exit 4: --devconsole with --${name}`,
      [...LOCAL, "--devconsole", `--${name}=/`],
      4,
      FATAL,
    )
  ),
];
