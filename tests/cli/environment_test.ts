import { assertEquals, assertThrows } from "@std/assert";
import type * as z from "zod";
import { UsageError } from "../../lib/base/errors.ts";
import { fileOf, readEnvironment, variableOf } from "../../lib/cli/environment.ts";
import { FILE_SCHEMA } from "../../lib/cli/file_schema.ts";
import { FLAGS, LAYERED, type Options } from "../../lib/handlers/flags.ts";

Deno.test("readEnvironment() says nothing where no variable is set", () => {
  assertEquals(readEnvironment({}), {
    options: {},
    command: [],
    routes: [],
    used: [],
    unknown: [],
    unset: [],
  });
});

const READ: [variables: Record<string, string>, options: Options][] = [
  [{ STDWS_PORT: "8080" }, { port: 8080 }],
  [{ STDWS_LOG_FORMAT: "json" }, { "log-format": "json" }],
  [{ STDWS_SSL: "true", STDWS_BINARY: "0" }, { ssl: true, binary: false }],
  [{ STDWS_DEVCONSOLE: "/_console" }, { devconsole: "/_console" }],
  [{ STDWS_DEVCONSOLE: "t" }, { devconsole: true }],
  [{ STDWS_PASSENV: "" }, { passenv: [] }],
  [{ STDWS_PASSENV: "PATH,HOME" }, { passenv: ["PATH", "HOME"] }],
  [{ STDWS_ADDRESS: "::1" }, { address: ["::1"] }],
  [{ STDWS_HEADER_WS: "A: 1\n B: 2, 3 \r\n\n" }, { "header-ws": [["A", "1"], ["B", "2, 3"]] }],
  [{ STDWS_ORIGIN: "a,b" }, { origin: [{ host: "a" }, { host: "b" }] }],
  [{ STDWS_SUBPROTOCOL: "a, b\nc" }, { subprotocol: ["a", "b", "c"] }],
  [{ STDWS_FRAMING: "binary" }, { framing: "binary" }],
  [{ STDWS_MAXFORKS: "-1" }, { maxforks: -1 }],
  [{ STDWS_ECHO: "true", PORT: "1", HOME: "/" }, { echo: true }],
];
for (const [variables, options] of READ) {
  Deno.test(`readEnvironment() reads ${JSON.stringify(variables)}`, () => {
    const read = readEnvironment(variables);
    assertEquals(read.options, options);
    assertEquals(read.used, Object.keys(variables).filter((name) => name.startsWith("STDWS_")));
    assertEquals([read.unknown, read.unset], [[], []]);
  });
}

Deno.test("readEnvironment() takes an empty variable for one that is not set, whatever its option is", () => {
  for (const option of LAYERED.filter(({ kind }) => kind !== "names" && kind !== "auths")) {
    const name = variableOf(option);
    for (const text of ["", " ", "\n"]) {
      const { options, routes, unset } = readEnvironment({ [name]: text });
      assertEquals({ options, routes, unset }, { options: {}, routes: [], unset: [name] });
    }
  }
  assertEquals(LAYERED.filter(({ kind }) => kind === "names").map(variableOf), ["STDWS_PASSENV"]);
});

Deno.test("readEnvironment() takes an empty variable for no word of who may come in", () => {
  for (const text of ["", " ", "\n"]) {
    const read = () => readEnvironment({ STDWS_AUTH: text });
    assertThrows(read, UsageError, '" for STDWS_AUTH: expected basic:FILE, ');
  }
});

/** As Kubernetes sets them for a service. */
const servicesOf = (name: string): Record<string, string> => ({
  [`${name}_SERVICE_HOST`]: "10.0.0.1",
  [`${name}_SERVICE_PORT`]: "80",
  [`${name}_SERVICE_PORT_HTTP`]: "80",
  [`${name}_PORT`]: "tcp://10.0.0.1:80",
  [`${name}_PORT_80_TCP`]: "tcp://10.0.0.1:80",
  [`${name}_PORT_80_TCP_PROTO`]: "tcp",
  [`${name}_PORT_80_TCP_PORT`]: "80",
  [`${name}_PORT_80_TCP_ADDR`]: "10.0.0.1",
  [`${name}_PORT_53_UDP`]: "udp://10.0.0.1:53",
});
const SERVICES: [name: string, unset: string[]][] = [
  ["STDWS", ["STDWS_PORT"]],
  ["STDWS_CHAT", []],
  ["STDWS_CONFIG", []],
];
for (const [name, unset] of SERVICES) {
  Deno.test(`readEnvironment() takes nothing from a service that Kubernetes calls ${name}`, () => {
    const read = readEnvironment(servicesOf(name));
    assertEquals([read.options, read.unknown, read.unset], [{}, [], unset]);
  });
}

Deno.test("readEnvironment() knows what is no address of a service", () => {
  const variables = { STDWS_CHAT_PORT: "80", STDWS_SERVICE: "a", STDWS_PORT_80: "b" };
  assertEquals(readEnvironment(variables).unknown, Object.keys(variables));
  for (const address of ["tcp://[fd00::1]:80", "udp://10.0.0.1:80", "sctp://10.0.0.1:80"]) {
    assertEquals(readEnvironment({ STDWS_PORT: address }).unset, ["STDWS_PORT"]);
  }
});

Deno.test("readEnvironment() does not read what is overridden", () => {
  const variables = { STDWS_PORT: "x", STDWS_SSL: "", STDWS_ROUTE: "/=nothing", STDWS_CONFIG: "" };
  const { used, unknown, unset } = readEnvironment(variables, () => true);
  assertEquals([used, unknown, unset], [[], [], []]);
});

Deno.test("readEnvironment() reads a route a line", () => {
  const { options, routes } = readEnvironment({
    STDWS_ROUTE: "/a=echo\n/b/:c=broadcast?history=5\n",
  });
  assertEquals(options, {});
  assertEquals(routes, [
    { path: "/a", handler: "echo", words: [], values: {} },
    { path: "/b/:c", handler: "broadcast", words: [], values: { history: 5 } },
  ]);
});

Deno.test("fileOf() names the file", () => {
  const variables = { STDWS_CONFIG: "a.jsonc" };
  const { used, unknown } = readEnvironment(variables);
  assertEquals([fileOf(variables), used, unknown], ["a.jsonc", ["STDWS_CONFIG"], []]);
  assertEquals([fileOf({}), fileOf({ STDWS_CONFIG: "" })], [undefined, undefined]);
});

Deno.test("readEnvironment() names what is no option, except what a program is told", () => {
  const names = ["STDWS_PROT", "STDWS_CHECK", "STDWS_HELP", "STDWS_RECONNECT", "STDWS_port"];
  const variables = { STDWS_PARAM_ROOM: "a", STDWS_PORT: "1", OTHER: "b" };
  const others = Object.fromEntries(names.map((name) => [name, "1"]));
  assertEquals(readEnvironment({ ...variables, ...others }).unknown, names);
});

const REFUSED: [name: string, text: string, expected: string][] = [
  ["STDWS_PORT", "x", "a whole number"],
  ["STDWS_PORT", "65536", "a whole number, 0 to 65535"],
  ["STDWS_MAXQUEUE", "0", "a whole number, 1 or more, also with K, M or G"],
  ["STDWS_SSL", "yes", "true or false"],
  ["STDWS_LOGLEVEL", "all", "debug, trace, access, info, error, fatal"],
  ["STDWS_UNIXSOCKET_MODE", "9", "three octal digits, as 660, or a 0 and three, as 0660"],
  ["STDWS_HEADER", "A: b\nc", '"Name: value"'],
  ["STDWS_ORIGIN", "a b", "[scheme://]host[:port], separated by commas"],
  [
    "STDWS_ROUTE",
    "a",
    "PATTERN=HANDLER[?option=value&…][ COMMAND args…], PATTERN beginning with / or being *",
  ],
];
for (const [name, text, expected] of REFUSED) {
  Deno.test(`readEnvironment() refuses ${JSON.stringify(text)} as ${name}`, () => {
    const error = assertThrows(() => readEnvironment({ [name]: text }), UsageError);
    assertEquals(error.message, `Invalid value "${text}" for ${name}: expected ${expected}`);
    assertEquals(error.exitCode, 2);
  });
}

Deno.test("readEnvironment() has no variable for these of what a file can say", () => {
  const names = Object.keys((FILE_SCHEMA as z.ZodObject).shape);
  const { unknown } = readEnvironment({ STDWS_COMMAND: "ls", STDWS_ROUTES: "/a=echo" });
  assertEquals(unknown, ["STDWS_COMMAND", "STDWS_ROUTES"]);
  const others = names.filter((name) => !LAYERED.some((option) => option.name === name));
  assertEquals(others, ["$schema", "command", "routes"]);
});

Deno.test("readEnvironment() names the variable of a route that has a mistake", () => {
  assertThrows(
    () => readEnvironment({ STDWS_ROUTE: "/a=echo\n/b=broadcast?histry=5" }),
    UsageError,
    'Unknown option "histry" in STDWS_ROUTE=/b=broadcast?histry=5',
  );
});

Deno.test("variableOf() gives each option a variable of its own", () => {
  const names = FLAGS.map(variableOf);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.filter((name) => !/^STDWS_[A-Z_]+$/.test(name)), []);
});
