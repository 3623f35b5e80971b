import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { RawClient } from "../support/client.ts";
import { ROOT, rowsFor, runToEnd, testBoth, TestServer } from "../support/server.ts";

// Where something is served by mistake, it is served to nobody else.
const LOCAL = ["--port=0", "--address=127.0.0.1"];

for (const args of [["--version"], ["-version"], ["--port=80", "--version=true", "cat"]]) {
  testBoth(`stdws ${args.join(" ")} prints name and version`, async (form) => {
    const stdout = `stdws ${project.version}\n`;
    assertEquals(await runToEnd(args, { form }), { code: 0, stdout, stderr: "" });
  });
}

testBoth("stdws --license prints the file LICENSE", async (form) => {
  const stdout = await Deno.readTextFile(`${ROOT}LICENSE`);
  assertEquals(await runToEnd(["--license"], { form }), { code: 0, stdout, stderr: "" });
});

const OPTIONS =
  `port address unixsocket ssl sslcert sslkey sslca redirport sameorigin origin passenv binary
  passstderr reverselookup dir staticdir cgidir maxforks maxframesize closems pingms header header-ws
  header-http devconsole loglevel help version license`.split(/\s+/);
testBoth("stdws --help prints the usage and every option on standard output", async (form) => {
  const { code, stdout, stderr } = await runToEnd(["--help"], { form });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertStringIncludes(stdout, "Usage: stdws [options] COMMAND");
  for (const option of OPTIONS) assertMatch(stdout, new RegExp(`^ +--${option}[ =[]`, "m"));
});

/** The code, and what the first line of standard error has to say. */
const REFUSED: [args: string[], code: 1 | 2, says: RegExp][] = [
  // Empty, as from a variable that is not set, they must not open the server to everybody.
  [["--address=", "cat"], 1, /"".*--address/],
  [["--unixsocket=", "cat"], 1, /"".*--unixsocket/],
  [["--sslca=", "cat"], 1, /"".*--sslca/],
  [[], 1, /COMMAND/],
  [LOCAL, 1, /COMMAND/],
  [[...LOCAL, "stdws-no-such-program"], 1, /"stdws-no-such-program".* PATH/],
  [[...LOCAL, "./stdws-no-such-program"], 1, /"\.\/stdws-no-such-program"/],
  [[...LOCAL, `${ROOT}LICENSE`], 1, /LICENSE".* not executable/],
  [[...LOCAL, "--dir=.", "cat", "-n"], 1, /"cat -n".*--dir=\./],
  [[...LOCAL, "--dir=stdws-no-such-folder"], 1, /"stdws-no-such-folder"/],
  [[...LOCAL, `--dir=${ROOT}LICENSE`], 1, /LICENSE".* not a directory/],
  [[...LOCAL, "--echo", "--broadcast"], 1, /--echo.*--broadcast/],
  [[...LOCAL, "--loglevel=verbose", "cat"], 1, /"verbose".*--loglevel.*debug, .*fatal/],
  [[...LOCAL, "--loglevel=", "cat"], 1, /"".*--loglevel/],
  [[...LOCAL, "--binary", "--passstderr", "cat"], 1, /--passstderr.*--binary/],
  [[...LOCAL, "--ssl", "cat"], 1, /--ssl needs --sslcert=FILE and --sslkey=FILE$/],
  [[...LOCAL, "--ssl", "--sslcert=c.pem", "cat"], 1, /--ssl needs --sslkey=FILE$/],
  [[...LOCAL, "--ssl", "--sslkey=k.pem", "cat"], 1, /--ssl needs --sslcert=FILE$/],
  [[...LOCAL, "--sslcert=c.pem", "--sslkey=k.pem", "cat"], 1, /--sslcert=c\.pem needs --ssl$/],
  [[...LOCAL, "--sslca=a.pem", "cat"], 1, /--sslca=a\.pem needs --ssl$/],
  [[...LOCAL, "--engine=deno", "cat"], 1, /"deno".*--engine.*native, node/],
  [[...LOCAL, "--redirport=65536", "cat"], 1, /"65536".*--redirport/],
  // As it was said, not in the unit in which it is counted.
  [[...LOCAL, "--resume=25h", "cat"], 1, /"25h" for --resume:/],
  [[...LOCAL, "--route=/a=echo?resume=25h"], 2, /"25h" for resume /],
  [["--connect=ws://localhost/", "--quietms=25d"], 2, /"25d" for --quietms:/],
  [[...LOCAL, "--unixsocket-mode=0660", "cat"], 1, /--unixsocket-mode needs --unixsocket/],
  [[...LOCAL, "--devconsole"], 1, /COMMAND/],
  [[...LOCAL, "--staticdir=stdws-no-such-folder"], 1, /static.*"stdws-no-such-folder"/],
  [[...LOCAL, `--staticdir=${ROOT}LICENSE`, "cat"], 1, /LICENSE".* not a directory/],
  [[...LOCAL, "--cgidir=stdws-no-such-folder", "cat"], 1, /CGI.*"stdws-no-such-folder"/],
  [[...LOCAL, `--cgidir=${ROOT}LICENSE`], 1, /LICENSE".* not a directory/],
  // Without a command: what is taken for valid by mistake ends with 1 in place of 2.
  [["--bogus"], 2, /--bogus/],
  [["-bogus=1"], 2, /--?bogus/],
  [["---port=1"], 2, /---port=1/],
  [["--port=abc"], 2, /"abc".*--port/],
  [["--port", "abc"], 2, /"abc".*--port/],
  [["--port=80x"], 2, /"80x".*--port/],
  [["--port="], 2, /"".*--port/],
  [["--port"], 2, /--port/],
  [["--maxforks=x"], 2, /"x".*--maxforks/],
  [["--maxframesize=1k"], 2, /"1k".*--maxframesize/],
  [["--pingms=1.5"], 2, /"1\.5".*--pingms/],
  [["--closems=soon"], 2, /"soon".*--closems/],
  [["--binary=yes"], 2, /"yes".*--binary/],
  [["--binary="], 2, /"".*--binary/],
  [["--binary=constructor"], 2, /"constructor".*--binary/],
  [["--ssl=on"], 2, /"on".*--ssl/],
  [["--redirport=x"], 2, /"x".*--redirport/],
  [["--unixsocket"], 2, /--unixsocket/],
  [["--unixsocket-mode=0o660"], 2, /"0o660".*--unixsocket-mode/],
  [["--devconsole=yes"], 2, /"yes".*--devconsole/],
  [["--devconsole="], 2, /"".*--devconsole/],
  [["--header=Nothing"], 2, /"Nothing".*--header/],
  [["--header-ws=: x"], 2, /": x".*--header-ws/],
  [["--header-http=a b: x"], 2, /"a b: x".*--header-http/],
  [["--header=A: x\r\nB: y"], 2, /A: x.*--header/],
];
testBoth("stdws refuses words that are wrong, and says why", async (form, context) => {
  for (const [args, code, says] of rowsFor(form, REFUSED, ([_, code]) => code)) {
    const line = args.map((arg) => JSON.stringify(arg.replace(ROOT, ""))).join(" ");
    await context.step(`${line || "no word"} with ${code}`, async () => {
      const found = await runToEnd(args, { form });
      assertEquals({ code: found.code, stdout: found.stdout }, { code, stdout: "" });
      const [why = "", usage = "", ...more] = found.stderr.split("\n");
      assertMatch(why, says);
      assertMatch(usage, /^Usage: stdws \[options\] COMMAND/);
      assert(more.length < 5, "the usage is short");
    });
  }
});

testBoth("stdws ends with 3 and a FATAL line when its port is taken", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  const args = [`--port=${server.port}`, "--address=127.0.0.1", "--loglevel=fatal", "cat"];
  const { code, stdout, stderr } = await runToEnd(args, { form });
  assertEquals({ code, stderr }, { code: 3, stderr: "" });
  const [line = "", ...more] = stdout.split("\n");
  assertMatch(line, /^.+ \| FATAL  \| server     \|  \| Can't start server: .+$/);
  assertStringIncludes(line, `127.0.0.1:${server.port}`);
  assertEquals(more, [""]);
});

for (const page of ["--staticdir", "--cgidir"]) {
  testBoth(`stdws ends with 4 and a FATAL line with --devconsole and ${page}`, async (form) => {
    const args = [...LOCAL, "--devconsole", `${page}=.`, "--loglevel=fatal", "cat"];
    const { code, stdout, stderr } = await runToEnd(args, { form });
    assertEquals({ code, stderr }, { code: 4, stderr: "" });
    const [line = "", ...more] = stdout.split("\n");
    assertMatch(line, /^.+ \| FATAL  \| server     \|  \| Can't start server: --devconsole .+$/);
    assertStringIncludes(line, page);
    assertEquals(more, [""]);
  });
}

testBoth("stdws ends with 3 and a FATAL line when its certificate cannot be read", async (form) => {
  const files = ["--ssl", "--sslcert=stdws-no-such.pem", "--sslkey=stdws-no-such.key"];
  const args = [...LOCAL, ...files, "--loglevel=fatal", "cat"];
  const { code, stdout, stderr } = await runToEnd(args, { form });
  assertEquals({ code, stderr }, { code: 3, stderr: "" });
  assertMatch(stdout, /^.+ \| FATAL  \| server     \|  \| Can't start server: .+\n$/);
  assertStringIncludes(stdout, '"stdws-no-such.pem"');
});

const JSON_LINE = '{"stream":"stdout","data":"x"}';
const WAYS: [args: string[], message: string][] = [
  ...["--passstderr", "-passstderr", "--passstderr=true", "-passstderr=1", "--passstderr=t"]
    .map((option): [string[], string] => [[option, "echo", "x"], JSON_LINE]),
  ...["--passstderr=false", "-passstderr=0", "--passstderr=f"]
    .map((option): [string[], string] => [[option, "echo", "x"], "x"]),
  [["--passstderr=false", "--passstderr", "echo", "x"], JSON_LINE],
  [["--passstderr", "--passstderr=false", "echo", "x"], "x"],
  [["--passenv=WAY", "sh", "-c", "echo $WAY"], "from here"],
  [["--passenv", "WAY", "sh", "-c", "echo $WAY"], "from here"],
  [["-passenv=WAY", "sh", "-c", "echo $WAY"], "from here"],
  [["-passenv", "WAY", "sh", "-c", "echo $WAY"], "from here"],
  [["--passenv=OTHER", "--passenv=WAY", "--", "sh", "-c", "echo $WAY"], "from here"],
  [["--passenv", "WAY", "--passenv=OTHER", "sh", "-c", "echo =$WAY="], "=="],
  [["echo", "-l", "--port=1", "--help", "--", "x"], "-l --port=1 --help -- x"],
  [["--", "echo", "-l", "--", "--version"], "-l -- --version"],
];
for (const [args, message] of WAYS) {
  testBoth(`stdws ${args.join(" ")} sends ${message}`, async (form) => {
    await using server = await TestServer.start(args, { form, env: { WAY: "from here" } });
    using client = await RawClient.open(server.url);
    assertEquals(await client.text(), message);
  });
}

testBoth("stdws takes the word after a boolean option for the command", async (form) => {
  await using server = await TestServer.start(["--binary", "false"], { form });
  await server.stdout.until(/Serving using application   : \S*\/false$/);
  using client = await RawClient.open(server.url);
  assertEquals((await client.rest()).closed, "4001 exit status 1");
});

testBoth("stdws listens on every --address", async (form) => {
  await using server = await TestServer.start(["--address=[::1]", "--echo"], { form });
  const line = await server.stdout.until(/Starting WebSocket server {3}: ws:\/\/\[::1\]:\d+\/$/);
  for (const url of [server.url, line.replace(/^.*(?=ws:)/, "")]) {
    using client = await RawClient.open(url);
    await client.send(url);
    assertEquals(await client.text(), url);
  }
});
