import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { parseConfigFile, readConfigFile } from "../../lib/cli/file.ts";
import { AUTHS } from "../../lib/options/auths.ts";
import { MistakesError } from "../../lib/cli/mistakes_error.ts";
import type { RouteSettings } from "../../lib/settings.ts";
import { FLAGS, LAYERED, type Options } from "../../lib/handlers/flags.ts";
import type { Option } from "../../lib/options/option.ts";

const OPTIONS: [text: string, options: Options][] = [
  ["{}", {}],
  ['{ "$schema": "./stdws.schema.json" }', {}],
  ['\uFEFF// all of it\n{ "port": 8080, /* free */ }', { port: 8080 }],
  ['{ "ssl": true, "binary": false }', { ssl: true, binary: false }],
  ['{ "maxforks": -1, "port": 0, "pingms": 86400000 }', {
    maxforks: -1,
    port: 0,
    pingms: 86400000,
  }],
  ['{ "devconsole": true }', { devconsole: true }],
  ['{ "devconsole": "/_console" }', { devconsole: "/_console" }],
  ['{ "address": "::1" }', { address: ["::1"] }],
  ['{ "address": ["::1", "127.0.0.1"] }', { address: ["::1", "127.0.0.1"] }],
  ['{ "header-ws": ["A: 1", "B: 2"] }', { "header-ws": [["A", "1"], ["B", "2"]] }],
  ['{ "passenv": ["PATH", "HOME"] }', { passenv: ["PATH", "HOME"] }],
  ['{ "passenv": "PATH,HOME" }', { passenv: ["PATH", "HOME"] }],
  ['{ "passenv": [] }', { passenv: [] }],
  ['{ "origin": ["a.example", "https://b.example:1"] }', {
    origin: [{ host: "a.example" }, { scheme: "https", host: "b.example", port: "1" }],
  }],
  ['{ "origin": [] }', { origin: [] }],
  ['{ "subprotocol": ["a", "b, c"] }', { subprotocol: ["a", "b", "c"] }],
  ['{ "loglevel": "debug", "log-format": "json" }', { loglevel: "debug", "log-format": "json" }],
  ['{ "unixsocket-mode": "0660" }', { "unixsocket-mode": 0o660 }],
];
for (const [text, options] of OPTIONS) {
  Deno.test(`parseConfigFile() reads the options ${text}`, () => {
    assertEquals(parseConfigFile(text, "a"), { options, command: [], routes: [] });
  });
}

/** A value of each kind, and what is read where it is something else. */
const EXAMPLES: Record<Exclude<Option["kind"], "choice">, [value: unknown, read?: unknown]> = {
  boolean: [true],
  switch: [true],
  topic: [true],
  number: [1],
  count: [7],
  bus: ["local", { kind: "local" }],
  duration: ["1s", 1_000],
  size: ["1K", 1_024],
  factor: [0.5],
  rate: [7, { perSecond: 7, burst: 35 }],
  seconds: [1.5, 1_500],
  mode: ["600", 0o600],
  owner: ["a:b", { user: "a", group: "b" }],
  text: ["a"],
  names: ["a", ["a"]],
  tokens: ["a", ["a"]],
  texts: ["a", ["a"]],
  routes: ["/a=echo"],
  headers: ["A: b", [["A", "b"]]],
  origins: ["a", [{ host: "a" }]],
  auths: ["token:a", [{ kind: "token", rest: "a" }]],
  place: ["unix:a", { unixSocket: "a" }],
  variables: [{ A: "b" }],
  networks: ["unix", ["unix"]],
  base: ["/a"],
};

Deno.test("parseConfigFile() knows every option but those of the command line alone", () => {
  const names = FLAGS.map((flag) => flag.name).filter((name) => {
    const own = /^(help|version|license|config|check|connect|send|reconnect|quietms|ssl-insecure)$/;
    return !own.test(name);
  });
  assertEquals(LAYERED.map((flag) => flag.name), names);
  for (const { name, kind, choices, least } of LAYERED) {
    const [value, read]: readonly [unknown, unknown?] = kind === "choice"
      ? [choices?.[0]]
      : (least ?? 0) > 1
      ? [least]
      : EXAMPLES[kind];
    const { options, routes } = parseConfigFile(JSON.stringify({ [name]: value }), "a");
    if (name === "route") assertEquals(routes.length, 1);
    else assertEquals<unknown>(options, { [name]: read ?? value });
  }
});

const COMMANDS: [json: string, command: string[]][] = [
  ['["sh", "-c", "echo a b"]', ["sh", "-c", "echo a b"]],
  [`"sh -c 'echo a b'"`, ["sh", "-c", "echo a b"]],
  ['["a b", ""]', ["a b", ""]],
];
for (const [json, command] of COMMANDS) {
  Deno.test(`parseConfigFile() divides the command ${json}`, () => {
    assertEquals(parseConfigFile(`{ "command": ${json} }`, "a").command, command);
  });
}

const ROUTES: [json: string, route: Omit<RouteSettings, "path">][] = [
  ['"echo"', { handler: "echo", words: [], values: {} }],
  ['"broadcast?history=5&echo=false"', {
    handler: "broadcast",
    words: [],
    values: { history: 5, echo: false },
  }],
  [`"shared?linger=5s sh -c 'a b'"`, {
    handler: "shared",
    words: ["sh", "-c", "a b"],
    values: { linger: 5_000 },
  }],
  ['{ "handler": "echo" }', { handler: "echo", words: [], values: {} }],
  ['{ "handler": "module", "file": "./a b.ts" }', {
    handler: "module",
    words: ["./a b.ts"],
    values: {},
  }],
  ['{ "handler": "directory", "dir": "programs" }', {
    handler: "directory",
    words: ["programs"],
    values: {},
  }],
  ['{ "handler": "tcp", "address": "unix:/run/a b" }', {
    handler: "tcp",
    words: ["unix:/run/a b"],
    values: {},
  }],
  [
    `{
      "handler": "shared", "command": ["top", "-b"], "linger": "30s", "start": "now", "history": 10,
      "env": { "A": "b=c", "D": "" }, "passenv": ["PATH", "HOME"], "subprotocol": "x, y",
      "origin": ["a.example", "b.example"], "pingms": 5, "cwd": "/tmp"
    }`,
    {
      handler: "shared",
      words: ["top", "-b"],
      values: {
        linger: 30_000,
        start: "now",
        history: 10,
        env: { A: "b=c", D: "" },
        passenv: ["PATH", "HOME"],
        subprotocol: ["x", "y"],
        origin: [{ host: "a.example" }, { host: "b.example" }],
        pingms: 5,
        cwd: "/tmp",
      },
    },
  ],
  ['{ "handler": "shared", "command": "top -b", "linger": 1500 }', {
    handler: "shared",
    words: ["top", "-b"],
    values: { linger: 1500 },
  }],
  ['{ "handler": "shared", "command": "top -b", "linger": "forever" }', {
    handler: "shared",
    words: ["top", "-b"],
    values: { linger: Infinity },
  }],
];
for (const [json, route] of ROUTES) {
  Deno.test(`parseConfigFile() reads the route ${json.replace(/\s+/g, " ")}`, () => {
    const { routes } = parseConfigFile(`{ "routes": { "/a/:b": ${json} } }`, "a");
    assertEquals(routes, [{ path: "/a/:b", place: "a:1:24", ...route }]);
  });
}

Deno.test("parseConfigFile() keeps the order of routes, those of the list behind the others", () => {
  const text = '{ "route": ["/c=echo"], "routes": { "/b": "echo", "/a": "echo", "*": "echo" } }';
  const { routes } = parseConfigFile(text, "a");
  assertEquals(routes.map(({ path }) => path), ["/b", "/a", "*", "/c"]);
});

const HANDLERS =
  "process, shared, terminal, broadcast, echo, module, tcp, directory, static, cgi, console, replay";
const DURATION = "milliseconds, a number with ms, s, m or h, or forever";

const WRONG: [text: string, ...mistakes: string[]][] = [
  ["", "1:1: It is no JSON: value expected"],
  ["{", "1:2: It is no JSON: close brace expected"],
  ['{\n  "port" 1 }', "2:10: It is no JSON: colon expected"],
  ['{ "port": 1 "ssl": true }', "1:13: It is no JSON: comma expected"],
  ["5", "1:1: Invalid value 5: expected an object"],
  ["[]", "1:1: Invalid value []: expected an object"],
  [
    '{ "port": 1,\n  "port": 2 }',
    "2:3: port is there twice: first on line 1",
  ],
  ['{ "": 1,\n "": 2 }', '2:2: "" is there twice: first on line 1'],
  [
    '{ "routes": {\n"/a": "echo",\n "/a": "echo" } }',
    '3:2: routes["/a"] is there twice: first on line 2',
  ],
  ['{ "port": "80" }', '1:11: Invalid value "80" for port: expected a whole number, 0 to 65535'],
  ['{ "port": 65536 }', "1:11: Invalid value 65536 for port: expected a whole number, 0 to 65535"],
  [
    '{ "maxqueue": 0 }',
    "1:15: Invalid value 0 for maxqueue: expected a whole number, 1 or more, also with K, M or G",
  ],
  ['{ "maxforks": 1.5 }', "1:15: Invalid value 1.5 for maxforks: expected a whole number"],
  ['{ "ssl": "yes" }', '1:10: Invalid value "yes" for ssl: expected true or false'],
  [
    '{ "loglevel": "all" }',
    '1:15: Invalid value "all" for loglevel: expected debug, trace, access, info, error, fatal',
  ],
  [
    '{ "loglevel": "acess", "engine": "nod" }',
    '1:15: Invalid value "acess" for loglevel (did you mean "access"?): expected debug, trace, access, info, error, fatal',
    '1:34: Invalid value "nod" for engine (did you mean "node"?): expected auto, native, node',
  ],
  [
    '{ "routes": { "/": { "handler": "broadcast", "slow": "clsoe" } } }',
    '1:54: Invalid value "clsoe" for routes["/"].slow (did you mean "close"?): expected close, drop-oldest, latest',
  ],
  [
    '{ "devconsole": "x" }',
    '1:17: Invalid value "x" for devconsole: expected true, false or a path as /_console',
  ],
  ['{ "dir": "" }', '1:10: Invalid value "" for dir: expected DIR'],
  [
    '{ "address": [""] }',
    '1:15: Invalid value "" for address[0]: expected HOST, or several of them',
  ],
  [
    '{ "header": ["A: b", "c"] }',
    '1:22: Invalid value "c" for header[1]: expected "Name: value"',
  ],
  ['{ "header": "a b: c" }', '1:13: Invalid value "a b: c" for header: expected "Name: value"'],
  [
    '{ "unixsocket-mode": "9" }',
    '1:22: Invalid value "9" for unixsocket-mode: expected three octal digits, as 660, or a 0 and three, as 0660',
  ],
  [
    '{ "origin": "a b" }',
    '1:13: Invalid value "a b" for origin: expected [scheme://]host[:port], separated by commas',
  ],
  ['{ "command": [] }', "1:14: Invalid value [] for command: expected COMMAND [args…]"],
  [`{ "command": "a 'b" }`, "1:14: Cannot split the words of command: a quotation is not closed"],
  [
    '{ "routes": { "top": "echo" } }',
    '1:15: Invalid pattern "top" in routes: expected a path beginning with /, or *',
  ],
  [
    '{ "routes": { "/a": 5 } }',
    '1:21: Invalid value 5 for routes["/a"]: expected HANDLER[?option=value&…][ COMMAND args…], or an object with a handler',
  ],
  [
    '{ "routes": { "/a": "ecko" } }',
    `1:21: Unknown handler "ecko" in routes["/a"]: ecko (did you mean "echo"?): expected one of ${HANDLERS}`,
  ],
  [
    '{ "routes": { "/a": { "handler": "shard" } } }',
    `1:34: Invalid value "shard" for routes["/a"].handler (did you mean "shared"?): expected ${HANDLERS}`,
  ],
  [
    '{ "routes": { "/a": {} } }',
    `1:21: There is no handler in routes["/a"]: expected ${HANDLERS}`,
  ],
  [
    '{ "routes": { "/a": { "handler": "shared" } } }',
    '1:21: There is no command in routes["/a"]: expected COMMAND [args…]',
  ],
  [
    '{ "routes": { "/a": { "handler": "shared", "command": " " } } }',
    '1:21: There is no COMMAND [args…] in routes["/a"]',
  ],
  [
    '{ "routes": {\n  "/top": {\n    "handler": "shared", "command": "top",\n    "linger": "5 minutes" } } }',
    `4:15: Invalid value "5 minutes" for routes["/top"].linger: expected ${DURATION}`,
  ],
  [
    '{ "routes": { "/a": { "handler": "echo", "origin": "x y" } } }',
    '1:52: Invalid value "x y" for routes["/a"].origin: expected [scheme://]host[:port], separated by commas',
  ],
  [
    '{ "routes": { "/a": { "handler": "echo", "subprotocol": ["a b"] } } }',
    '1:58: Invalid value "a b" for routes["/a"].subprotocol[0]: expected a name without spaces and separators',
  ],
  [
    '{ "routes": { "/a": { "handler": "echo", "pingm": 5 } } }',
    '1:42: Unknown option "pingm" of routes["/a"] (did you mean "pingms"?): echo takes acceptms, auth, authpass, away, byterate, compress, compressbits, compresscontext, compressmin, connectrate, http, idletimeout, lingerms, maxconnections, maxframesize, maxlifetime, maxperip, messagerate, origin, pingms, record, recordkeep, recordsize, resume, resumebytes, subprotocol',
  ],
  [
    '{ "routes": { "/a": { "handler": "process", "command": "a", "env": { "A=": "" } } } }',
    '1:68: Invalid value {"A=":"***"} for routes["/a"].env: expected names without =',
  ],
  ['{ "auth": [] }', `1:11: Invalid value [] for auth: expected ${AUTHS}`],
  [
    '{ "auth": ["none", "token:a"] }',
    '1:11: Invalid value ["none","token:a"] for auth: expected none alone',
  ],
  ['{ "auth": "tokn:a" }', `1:11: Invalid value "tokn:a" for auth: expected ${AUTHS}`],
  [
    '{ "port": -1,\n "ssl": 1 }',
    "1:11: Invalid value -1 for port: expected a whole number, 0 to 65535",
    "2:9: Invalid value 1 for ssl: expected true or false",
  ],
  [
    '{ "routes": { "/a": "ecko" },\n "port": -1 }',
    `1:21: Unknown handler "ecko" in routes["/a"]: ecko (did you mean "echo"?): expected one of ${HANDLERS}`,
    "2:10: Invalid value -1 for port: expected a whole number, 0 to 65535",
  ],
];
for (const [text, ...mistakes] of WRONG) {
  Deno.test(`parseConfigFile() refuses ${JSON.stringify(text)} with exit code 1`, () => {
    const error = assertThrows(() => parseConfigFile(text, "a.json"), MistakesError);
    assertEquals(error.mistakes, mistakes.map((mistake) => `a.json:${mistake}`));
    assertEquals(error.exitCode, 1);
  });
}

Deno.test("parseConfigFile() says what a route has for the options of websocketd", () => {
  const text = '{ "routes": { "/a": { "handler": "process", "command": "a", "binary": true } } }';
  const error = assertThrows(() => parseConfigFile(text, "a.json"), MistakesError);
  assertStringIncludes(
    error.mistakes[0] ?? "",
    '(did you mean "framing": "binary"?): process takes',
  );
});

const UNKNOWN: [key: string, hint: string][] = [
  ["prot", ' (did you mean "port"?)'],
  ["logLevel", ' (did you mean "loglevel"?)'],
  ["log_format", ' (did you mean "log-format"?)'],
  ["config", ""],
  ["help", ""],
  ["ssl-insecure", ""],
  ["__proto__", ""],
  ["constructor", ""],
];
for (const [key, hint] of UNKNOWN) {
  Deno.test(`parseConfigFile() refuses the unknown option ${key}${hint}`, () => {
    const error = assertThrows(() => parseConfigFile(`{ "${key}": 1 }`, "a"), MistakesError);
    const [mistake = ""] = error.mistakes;
    const begin = `a:1:3: Unknown option "${key}"${hint}: a file takes acceptms, address, `;
    assertEquals(mistake.slice(0, begin.length), begin);
  });
}

Deno.test("readConfigFile() names a file that cannot be read", async () => {
  const reading = () => readConfigFile("stdws-no-such.jsonc");
  const error = await assertRejects(reading, UsageError, '"stdws-no-such.jsonc"');
  assertEquals((error as UsageError).exitCode, 1);
});

const DEEP: [what: string, text: string, place: string][] = [
  ["objects", '{ "a": '.repeat(2_000) + "1" + "}".repeat(2_000), "1:449"],
  ["arrays", "[".repeat(100_000), "1:65"],
  ["arrays at the place of a route", `{ "routes": { "/a": ${"[".repeat(5_000)} } }`, "1:83"],
];
for (const [what, text, place] of DEEP) {
  Deno.test(`parseConfigFile() tells where ${what} are nested too deep`, () => {
    const error = assertThrows(() => parseConfigFile(text, "a"), MistakesError);
    assertEquals(error.mistakes, [`a:${place}: It is nested more than 64 deep`]);
  });
}

Deno.test("parseConfigFile() does not count what is closed again as deep, nor what is in a text", () => {
  const text = `{ "routes": { "/a": ${JSON.stringify("process echo " + "[".repeat(100))} },
    "subprotocol": [${'"a",'.repeat(100)}], ${"/* [ */".repeat(100)} }`;
  assertEquals(parseConfigFile(text, "a").routes.length, 1);
});

Deno.test("parseConfigFile() tells the first twenty mistakes, and how many there are more", () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `"key${index}": 1`);
  const error = assertThrows(() => parseConfigFile(`{ ${keys.join()} }`, "a"), MistakesError);
  assertEquals(error.mistakes.length, 21);
  assertMatch(error.mistakes[19] ?? "", /^a:1:\d+: Unknown option "key19": /);
  assertEquals(error.mistakes[20], "a: and 9980 more mistakes");
});

Deno.test("parseConfigFile() tells the beginning and the end of a long mistake", () => {
  const text = `{ "loglevel": "${"x".repeat(2 ** 20)}" }`;
  const error = assertThrows(() => parseConfigFile(text, "a"), MistakesError);
  assertMatch(
    error.message,
    /^a:1:15: Invalid value "x+ … x+" for loglevel: expected debug, .* fatal$/,
  );
  assert(error.message.length < 1_100);
});

Deno.test("parseConfigFile() tells the places of mistakes in a file of many routes", () => {
  const routes = Array.from({ length: 8_000 }, (_, index) => `"/p${index}/:id": "echo"`);
  const text = `{ "routes": {\n${routes.join(",\n")},\n "/last": "ecko" } }`;
  const error = assertThrows(() => parseConfigFile(text, "a"), MistakesError);
  assertMatch(error.message, /^a:8002:11: Unknown handler "ecko"/);
});

for (const path of ["__proto__", "constructor"]) {
  Deno.test(`parseConfigFile() refuses the pattern ${path}`, () => {
    const text = `{ "routes": { "/a": "echo", "${path}": "echo" } }`;
    const error = assertThrows(() => parseConfigFile(text, "a"), MistakesError);
    assertMatch(
      error.message,
      /^a:1:\d+: Invalid pattern "\w+" in routes: expected a path beginning with/,
    );
  });
}

Deno.test("readConfigFile() refuses what does not end, what is too large and what is no file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/large`, `{}${" ".repeat(16 * 2 ** 20)}`);
    const WRONG: [path: string, why: string][] = [
      ["/dev/zero", "it is larger than 16 MiB"],
      [`${folder}/large`, "it is larger than 16 MiB"],
      [folder, "Is a directory (os error 21)"],
      ["/dev/null", "It is no JSON: value expected"],
    ];
    for (const [path, why] of WRONG) {
      await assertRejects(() => readConfigFile(path), UsageError, why);
    }
    await Deno.writeFile(`${folder}/nul`, new TextEncoder().encode('{ "port": 1, \0 }'));
    await assertRejects(() => readConfigFile(`${folder}/nul`), UsageError, ":1:14: It is no JSON");
    await Deno.writeTextFile(`${folder}/bom`, `\ufeff{ "port": 1 }${" ".repeat(15 * 2 ** 20)}`);
    assertEquals((await readConfigFile(`${folder}/bom`)).options, { port: 1 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
