import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { parseArgs } from "../../lib/cli/args.ts";
import { FLAGS, type Options } from "../../lib/handlers/flags.ts";
import type { Option } from "../../lib/options/option.ts";

/** A parsed command line, without the texts of its options. */
function parsed(argv: readonly string[]): object {
  const { texts: _, ...args } = { texts: undefined, ...parseArgs(argv) };
  return args;
}

const SERVED: [what: string, argv: string[], options: Options, command: string[]][] = [
  // The four ways to write an option.
  ["--name=value", ["--port=80", "ls"], { port: 80 }, ["ls"]],
  ["--name value", ["--port", "80", "ls"], { port: 80 }, ["ls"]],
  ["-name=value", ["-port=80", "ls"], { port: 80 }, ["ls"]],
  ["-name value", ["-port", "80", "ls"], { port: 80 }, ["ls"]],
  // A boolean never takes the next word.
  ["a boolean", ["--binary", "ls"], { binary: true }, ["ls"]],
  ["a boolean before true", ["--binary", "true"], { binary: true }, ["true"]],
  ["a boolean before false", ["-binary", "false"], { binary: true }, ["false"]],
  ["a boolean before 0", ["--binary", "0"], { binary: true }, ["0"]],
  ["a boolean before an option", ["--binary", "--port=1"], { binary: true, port: 1 }, []],
  // Options end at the first word that is none, or at --.
  ["options of the command", ["--port=80", "ls", "-l", "--port=81"], { port: 80 }, [
    "ls",
    "-l",
    "--port=81",
  ]],
  ["--", ["--port=80", "--", "ls", "-l"], { port: 80 }, ["ls", "-l"]],
  ["-- before an option", ["--", "--port=80"], {}, ["--port=80"]],
  ["a second --", ["--", "--", "ls"], {}, ["--", "ls"]],
  ["-- of the command", ["ls", "--", "-l"], {}, ["ls", "--", "-l"]],
  ["a lone dash", ["-", "--port=80"], {}, ["-", "--port=80"]],
  ["an empty word", ["", "--port=80"], {}, ["", "--port=80"]],
  // A file or variables can say the rest.
  ["nothing at all", [], {}, []],
  ["nothing after the options", ["--echo"], { echo: true }, []],
  ["nothing after --", ["--echo", "--"], { echo: true }, []],
  ["a command of its own", ["./counter.sh"], {}, ["./counter.sh"]],
  // Values as they are.
  ["a negative value", ["--maxforks", "-1", "ls"], { maxforks: -1 }, ["ls"]],
  ["a negative value with =", ["-maxforks=-1", "ls"], { maxforks: -1 }, ["ls"]],
  ["a value like an option", ["--dir", "--port=80"], { dir: "--port=80" }, []],
  ["a value of --", ["--dir", "--", "ls"], { dir: "--" }, ["ls"]],
  ["a value with =", ["--header=A: b=c"], { header: [["A", "b=c"]] }, []],
  ["a value that begins with =", ["--dir==a"], { dir: "=a" }, []],
  ["an empty value", ["--passenv=", "ls"], { passenv: [] }, ["ls"]],
  ["an empty value as a word", ["--passenv", "", "ls"], { passenv: [] }, ["ls"]],
  ["a value with a line break", ["--dir=a\nb"], { dir: "a\nb" }, []],
  [
    "text that looks like a number",
    ["--dir=007", "--address=1"],
    { dir: "007", address: ["1"] },
    [],
  ],
  ["text that looks like a boolean", ["--dir=true"], { dir: "true" }, []],
  ["a name with dots", ["--dir=a.b.c"], { dir: "a.b.c" }, []],
  ["the number 0", ["--port=0"], { port: 0 }, []],
  ["a number with a plus", ["--port=+80"], { port: 80 }, []],
  // The last wins, except where they add up.
  ["a repeated number", ["--port=1", "-port", "2", "--port=3"], { port: 3 }, []],
  ["a repeated text", ["--dir=a", "--dir=b"], { dir: "b" }, []],
  ["a repeated boolean", ["--binary", "--binary=false"], { binary: false }, []],
  ["a repeated boolean again", ["--binary=false", "--binary"], { binary: true }, []],
  ["addresses", ["--address=a", "-address", "[::1]"], { address: ["a", "[::1]"] }, []],
  ["headers", ["--header=A: 1", "--header=B:2"], { header: [["A", "1"], ["B", "2"]] }, []],
  ["headers of the 101", ["--header-ws=A: 1", "--header-ws", "B: 2"], {
    "header-ws": [["A", "1"], ["B", "2"]],
  }, []],
  ["headers of others", ["--header-http=A: 1", "-header-http=D:"], {
    "header-http": [["A", "1"], ["D", ""]],
  }, []],
  // A switch is on, off, or on at a path, and never takes the next word either.
  ["a switch", ["--devconsole", "ls"], { devconsole: true }, ["ls"]],
  ["a switch with one dash", ["-devconsole", "ls"], { devconsole: true }, ["ls"]],
  ["a switch before a path", ["--devconsole", "/bin/ls"], { devconsole: true }, ["/bin/ls"]],
  ["a switch before false", ["--devconsole", "false"], { devconsole: true }, ["false"]],
  ["a switch before an option", ["--devconsole", "--port=1"], { devconsole: true, port: 1 }, []],
  ["a switch and --", ["--devconsole", "--", "ls"], { devconsole: true }, ["ls"]],
  ["a switch at a path", ["--devconsole=/_console", "ls"], { devconsole: "/_console" }, ["ls"]],
  ["a switch at a path, one dash", ["-devconsole=/a", "ls"], { devconsole: "/a" }, ["ls"]],
  ["a switch at /", ["--devconsole=/"], { devconsole: "/" }, []],
  ["a switch at a path with =", ["--devconsole=/a=b"], { devconsole: "/a=b" }, []],
  ["a switch at a path like a boolean", ["--devconsole=/true"], { devconsole: "/true" }, []],
  ["a switch at a path as it is", ["--devconsole=/A%20b"], { devconsole: "/A%20b" }, []],
  ["a repeated switch", ["--devconsole=/a", "--devconsole=0"], { devconsole: false }, []],
  ["a repeated switch again", ["--devconsole=f", "--devconsole=/a"], { devconsole: "/a" }, []],
  // Values that are read.
  ["a header with spaces", ["--header=C:  a: b  "], { header: [["C", "a: b"]] }, []],
  ["names", ["--passenv= A , B "], { passenv: ["A", "B"] }, []],
  ["repeated names", ["--passenv=A", "--passenv=B,C"], { passenv: ["B", "C"] }, []],
  ["subprotocols", ["--subprotocol=a, b", "--subprotocol=c"], {
    subprotocol: ["a", "b", "c"],
  }, []],
  ["origins", ["--origin=https://a:1,b"], {
    origin: [{ scheme: "https", host: "a", port: "1" }, { host: "b" }],
  }, []],
  ["repeated origins", ["--origin=a", "--origin=b"], { origin: [{ host: "b" }] }, []],
  ["no origin", ["--origin="], { origin: [] }, []],
  ["a mode", ["--unixsocket-mode=0660"], { "unixsocket-mode": 0o660 }, []],
  ["a mode without 0", ["--unixsocket-mode=660"], { "unixsocket-mode": 0o660 }, []],
  ["the widest mode", ["--unixsocket-mode=0777"], { "unixsocket-mode": 0o777 }, []],
  ["the mode of nobody", ["--unixsocket-mode=000"], { "unixsocket-mode": 0 }, []],
  ["help that is off", ["--help=false", "ls"], { help: false }, ["ls"]],
];
for (const [what, argv, options, command] of SERVED) {
  Deno.test(`parseArgs() understands ${what}: ${JSON.stringify(argv)}`, () => {
    assertEquals(parsed(argv), { kind: "serve", options, command });
  });
}

const BOOLEANS: [text: string, value: boolean][] = [
  ["true", true],
  ["TRUE", true],
  ["True", true],
  ["t", true],
  ["T", true],
  ["1", true],
  ["false", false],
  ["FALSE", false],
  ["f", false],
  ["0", false],
];
for (const [text, value] of BOOLEANS) {
  Deno.test(`parseArgs() reads the boolean ${text}`, () => {
    for (const name of ["sameorigin", "devconsole"]) {
      assertEquals(parsed([`--${name}=${text}`]), {
        kind: "serve",
        options: { [name]: value },
        command: [],
      });
    }
  });
}

const PRINTED: [argv: string[], kind: "help" | "version" | "license", rest?: object][] = [
  [["--help"], "help"],
  [["-help"], "help"],
  [["-h"], "help"],
  [["-c", "ws://a", "-h"], "help", { topic: "connect" }],
  [["--version"], "version"],
  [["--license"], "license"],
  [["--port=80", "--help", "ls"], "help", { word: "ls" }],
  [["--help", "--", "ls"], "help", { word: "ls" }],
  [["--help", "ls", "-l"], "help"],
  [["--help", "--port=80"], "help"],
  [["--help=true"], "help"],
  [["--help=broadcast"], "help", { topic: "broadcast" }],
  [["-help=--port"], "help", { topic: "--port" }],
  [["--help=maybe", "ls"], "help", { topic: "maybe" }],
  [["--version", "--help"], "help"],
  [["--version=true"], "version"],
];
for (const [argv, kind, rest] of PRINTED) {
  Deno.test(`parseArgs() finds ${kind} in ${argv.join(" ")}`, () => {
    assertEquals<object>(parsed(argv), { kind, ...rest });
  });
}

Deno.test("parseArgs() leaves --help to the command behind which it stands", () => {
  assertEquals(parseArgs(["ls", "--help"]).kind, "serve");
  assertEquals(parseArgs(["--", "--help"]).kind, "serve");
});

const REFUSED: [argv: string[], message: string][] = [
  [["--nonsense"], "--nonsense"],
  [["--nonsense=1", "ls"], "--nonsense"],
  [["-nonsense"], "Unknown option -nonsense"],
  [["-V=1"], "Unknown option -V"],
  [["-l", "ls"], "-l"],
  [["---port=80"], "---port"],
  [["--Port=80"], "--Port"],
  [["--no-binary"], "--no-binary"],
  [["--_"], "--_"],
  [["--port"], "--port"],
  [["--header"], "--header"],
  [["--port=abc"], '"abc" for --port'],
  [["--port="], '"" for --port'],
  [["--port", "ls"], '"ls" for --port'],
  [["--port=80x"], '"80x" for --port'],
  [["--port=8.5"], '"8.5" for --port'],
  [["--port=1e3"], '"1e3" for --port'],
  [["--port=0x50"], '"0x50" for --port'],
  [["--port= 80"], '" 80" for --port'],
  [["--port=Infinity"], '"Infinity" for --port'],
  [["--maxframesize=99999999999999999999"], "--maxframesize"],
  [["--port=80", "--port=abc"], '"abc" for --port'],
  [["--binary=yes"], '"yes" for --binary'],
  [["--binary="], '"" for --binary'],
  [["--binary=2"], '"2" for --binary'],
  [["--binary=constructor"], '"constructor" for --binary'],
  [["--help="], '"" for --help: expected true, false or a name'],
  [["--devconsole=yes"], '"yes" for --devconsole: expected true, false or a path as /_console'],
  [["--devconsole="], '"" for --devconsole'],
  [["--devconsole=_console"], '"_console" for --devconsole'],
  [["--devconsole= /a"], '" /a" for --devconsole'],
  [["--devconsole=http://a/"], '"http://a/" for --devconsole'],
  [["--devconsole=constructor"], '"constructor" for --devconsole'],
  [["--devconsole=/a", "--devconsole=2"], '"2" for --devconsole'],
  [["--redirport=x"], '"x" for --redirport'],
  [["--unixsocket"], "--unixsocket needs a value"],
  [["--ssl=/cert.pem"], '"/cert.pem" for --ssl: expected true or false'],
];
for (const [argv, message] of REFUSED) {
  Deno.test(`parseArgs() refuses ${JSON.stringify(argv)} with exit code 2`, () => {
    const error = assertThrows(() => parseArgs(argv), UsageError, message);
    assertEquals(error.exitCode, 2);
    assertEquals(error.message.includes("\n"), false);
  });
}

const NO_HEADERS = [
  "",
  "A",
  ": a",
  "A b: c",
  "Ä: b",
  "A: b\nC: d",
  "A: b\r\n\r\nbody",
  "A: \0",
  "A: 一",
];
const NO_MODES = [
  "",
  "0",
  "66",
  "0888",
  "668",
  "06600",
  "1777",
  "0o660",
  "0x1b0",
  "-660",
  "+660",
  "rw",
  " 660",
];
const UNREADABLE: [name: string, texts: string[], expected: string][] = [
  ["header", NO_HEADERS, '"Name: value"'],
  ["header-ws", NO_HEADERS, '"Name: value"'],
  ["header-http", NO_HEADERS, '"Name: value"'],
  ["unixsocket-mode", NO_MODES, "three octal digits, as 660, or a 0 and three, as 0660"],
  ["origin", ["a b"], "[scheme://]host[:port], separated by commas"],
  ["subprotocol", ["", "a b", "a/b", "ü"], "a name without spaces and separators"],
];
for (const [name, texts, expected] of UNREADABLE) {
  for (const text of texts) {
    Deno.test(`parseArgs() refuses --${name}=${JSON.stringify(text)} with exit code 2`, () => {
      const error = assertThrows(() => parseArgs([`--${name}=${text}`]), UsageError);
      assertEquals(error.message, `Invalid value "${text}" for --${name}: expected ${expected}`);
      assertEquals(error.exitCode, 2);
    });
  }
}

Deno.test("parseArgs() names the one of several values that is none", () => {
  const argv = ["--header=A: b", "--header=c", "--header=D: e"];
  assertThrows(() => parseArgs(argv), UsageError, '"c" for --header');
});

/** A value of each kind, and the words that it is made from. */
const EXAMPLES: Record<Option["kind"], [value: unknown, ...words: string[]]> = {
  boolean: [true],
  switch: [true],
  topic: [true],
  number: [7, "7"],
  count: [7, "7"],
  bus: [{ kind: "local" }, "local"],
  duration: [7, "7"],
  size: [1024, "1K"],
  factor: [0.5, "0.5"],
  rate: [{ perSecond: 7, burst: 35 }, "7"],
  seconds: [7_000, "7"],
  mode: [0o600, "600"],
  owner: [{ user: "a", group: "b" }, "a:b"],
  text: ["word", "word"],
  choice: ["word", "word"],
  names: [["word"], "word"],
  tokens: [["word"], "word"],
  texts: [["word"], "word"],
  routes: [["word"], "word"],
  headers: [[["A", "b"]], "A: b"],
  origins: [[{ host: "word" }], "word"],
  auths: [[{ kind: "token", rest: "a:b" }], "token:a:b"],
  place: [{ unixSocket: "word" }, "unix:word"],
  variables: [{ A: "b" }, "A=b"],
  networks: [["10.0.0.0/8"], "10.0.0.0/8"],
  base: ["/word", "/word"],
};
for (const flag of FLAGS) {
  Deno.test(`parseArgs() knows --${flag.name} and what kind of value it takes`, () => {
    const [value, ...words] = EXAMPLES[flag.kind];
    if (flag.group === "Client") return knowsClient(flag.name, value, words);
    const args = parseArgs([`--${flag.name}`, ...words, "command"]);
    if (args.kind !== "serve") return assertEquals<string>(args.kind, flag.name);
    assertEquals<Record<string, unknown>>(args.options, { [flag.name]: value });
    assertEquals(args.command, ["command"]);
    if (words.length === 0) return;
    const error = assertThrows(() => parseArgs([`--${flag.name}`]), UsageError);
    assertStringIncludes(error.message, `--${flag.name}`);
  });
}

function knowsClient(name: string, value: unknown, words: readonly string[]): void {
  const url = "ws://localhost/";
  if (name === "connect") {
    assertEquals(parsed(["--connect", url]), {
      kind: "connect",
      url,
      options: { connect: url },
    });
    return;
  }
  assertEquals<unknown>(parsed([`--connect=${url}`, `--${name}`, ...words]), {
    kind: "connect",
    url,
    options: { connect: url, [name]: value },
  });
  const error = assertThrows(() => parseArgs([`--${name}`, ...words, "ls"]), UsageError);
  assertEquals([error.message, error.exitCode], [`--${name} needs --connect=URL`, 1]);
}

Deno.test("parseArgs() gives the client what it has in common with the server", () => {
  const url = "ws://localhost/";
  const words = ["--binary", "--compress", "--subprotocol=a", "--subprotocol=b", "--header=A: 1"];
  assertEquals(parsed([...words, "--connect", url]), {
    kind: "connect",
    url,
    options: {
      connect: url,
      binary: true,
      compress: true,
      subprotocol: ["a", "b"],
      header: [["A", "1"]],
    },
  });
});

const SHARED = ["binary", "subprotocol", "header", "compress"];
for (const flag of FLAGS) {
  if (flag.group === "Client" || flag.group === "Help" || SHARED.includes(flag.name)) continue;
  Deno.test(`parseArgs() refuses --${flag.name} together with --connect`, () => {
    const [, ...words] = EXAMPLES[flag.kind];
    const argv = ["--connect=ws://localhost/", `--${flag.name}`, ...words];
    const error = assertThrows(() => parseArgs(argv), UsageError);
    assertEquals(
      [error.message, error.exitCode],
      [`--${flag.name} cannot be used with --connect=ws://localhost/`, 1],
    );
  });
}

Deno.test("parseArgs() refuses a COMMAND together with --connect", () => {
  assertThrows(() => parseArgs(["--connect=ws://localhost/", "ls"]), UsageError, '"ls"');
});

const URL = "ws://localhost/";
const SHORT: [argv: string[], options: Options][] = [
  [["-c", URL], {}],
  [[`-c=${URL}`], {}],
  [["-c", URL, "-H", "A: b", "-H=C: d"], { header: [["A", "b"], ["C", "d"]] }],
  [["-H", "A: b", "--header=C: d", "-c", URL], { header: [["A", "b"], ["C", "d"]] }],
  [["-c", URL, "-o", "https://a"], { header: [["Origin", "https://a"]] }],
  [["-s", "a", "-s", "b", "-c", URL], { subprotocol: ["a", "b"] }],
  [["-k", "-c", URL], { "ssl-insecure": true }],
  [["-n", "-c", URL], { "ssl-insecure": true }],
  [["-k=false", "-c", URL], { "ssl-insecure": false }],
  [["-b", "-c", URL], { binary: true }],
  [["-c", URL, "-x", "a\nb", "-x", "--c"], { send: ["a\nb", "--c"] }],
];
for (const [argv, options] of SHORT) {
  Deno.test(`parseArgs() understands short forms of the client: ${argv.join(" ")}`, () => {
    assertEquals(parsed(argv), {
      kind: "connect",
      url: URL,
      options: { ...options, connect: URL },
    });
  });
}

const NOT_SHORT: [argv: string[], says: string][] = [
  [
    ["-H", "A: b", "ls"],
    "Unknown option -H: it is short for --header, but only with --connect=URL",
  ],
  [["-b", "ls"], "Unknown option -b: it is short for --binary, but only with --connect=URL"],
  [["-k", "--port=80"], "Unknown option -k"],
  [["--port=80", "-s=a", "--", "ls", "-c", URL], "Unknown option -s"],
  [["--H", "A: b", "-c", URL], "Unknown option --H"],
  [["--k", "-c", URL], "Unknown option --k"],
  [["-kb", "-c", URL], "Unknown option -kb"],
  [["-H", "A", "-c", URL], '"A" for --header: expected "Name: value"'],
  [["-c"], "Option -c needs a value"],
  [["-c", URL, "-H"], "Option -H needs a value"],
];
for (const [argv, says] of NOT_SHORT) {
  Deno.test(`parseArgs() refuses ${argv.join(" ")} with exit code 2`, () => {
    assertEquals(assertThrows(() => parseArgs(argv), UsageError, says).exitCode, 2);
  });
}

for (
  const word of [
    "a:80",
    "./localhost:80",
    "localhost:",
    "localhost",
    "a.b",
    "C:\\\\a.exe",
    "file://a",
  ]
) {
  Deno.test(`parseArgs() takes ${word} for a program`, () => {
    assertEquals(parsed([word]), { kind: "serve", options: {}, command: [word] });
  });
}

Deno.test("parseArgs() leaves what looks like a short form to the command", () => {
  const command = ["grep", "-H", "x", "-c", URL, "-k"];
  assertEquals(parsed(["--port=80", ...command]), {
    kind: "serve",
    options: { port: 80 },
    command,
  });
});

const ADDRESSES = [
  "ws://a",
  "wss://a:1/b",
  "http://a",
  "HTTPS://a",
  "localhost:8080",
  "localhost:8080/chat?a=b",
  ":8080",
  "127.0.0.1:80",
  "[::1]:80",
  "example.com:443/x",
];
for (const url of ADDRESSES) {
  Deno.test(`parseArgs() says that ${url} is no program, and what to write`, () => {
    for (const argv of [[url], ["-k", url], ["--port=80", "--", url]]) {
      const error = assertThrows(() => parseArgs(argv), UsageError, `write --connect=${url}`);
      assertEquals(error.exitCode, 2);
    }
  });
}

for (const dash of ["\u2010", "\u2013", "\u2014", "\u2013\u2013", "\u2212"]) {
  Deno.test(`parseArgs() says that ${dash}port is no option, and what to write`, () => {
    const error = assertThrows(() => parseArgs([`${dash}port=8080`, "ls"]), UsageError);
    const what = `Cannot run "${dash}port=8080": it begins with a dash`;
    assertEquals(
      [error.message, error.exitCode],
      [`${what}, and an option with two hyphens: --port=8080`, 2],
    );
  });
}
