import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../lib/base/errors.ts";
import { LEVELS } from "../lib/base/log.ts";
import {
  type Config,
  resolveConfig,
  type RouteConfig,
  type RouteSettings,
  type Settings,
} from "../lib/config.ts";
import type { HandlerName } from "../lib/handlers/registry.ts";
import { defaultPassEnv } from "../lib/process/environment.ts";

/** What the server says of processes, as a route gets it. */
const PROCESS = {
  passenv: defaultPassEnv(Deno.build.os),
  closems: 0,
  maxqueue: 16_777_216,
  framing: "lines",
};

/** The route of what is not a route of its own. */
function otherwise(
  handler: HandlerName,
  words: string[] = [],
  values: Record<string, unknown> = {},
): RouteConfig {
  // As wide as a table that is not known.
  return { path: "*", handler, words, placeholders: false, values, options: {} } as RouteConfig;
}

Deno.test("resolveConfig() fills in every default", () => {
  assertEquals(resolveConfig({ command: ["ls", "-l"] }), {
    routes: [],
    handlersDir: "",
    watch: false,
    otherwise: otherwise("process", ["ls", "-l"], PROCESS),
    pages: [],
    passEnv: defaultPassEnv(Deno.build.os),
    maxForks: 1024,
    closeMs: 0,
    reverseLookup: false,
    listen: {},
    dispatch: {},
    log: { level: "access", format: "text" },
  });
});

Deno.test("resolveConfig() answers a Config that cannot be changed", () => {
  const config = resolveConfig({ echo: true });
  assert(Object.isFrozen(config));
});

const TLS: Settings = { ssl: true, sslCert: "c.pem", sslKey: "k.pem" };
const FILES = { certFile: "c.pem", keyFile: "k.pem" };

const { passenv, closems } = PROCESS;
const CGI = (dir: string) => otherwise("cgi", [dir], { passenv, closems });
const STATIC = (dir: string) => otherwise("static", [dir]);
const CONSOLE = (path: string) => ({ ...otherwise("console"), path });

const RESOLVED: [settings: Settings, part: Partial<Config>][] = [
  [{ command: ["ls"] }, { otherwise: otherwise("process", ["ls"], PROCESS) }],
  [{ dir: "programs" }, { otherwise: otherwise("directory", ["programs"], PROCESS) }],
  [{ echo: true }, { otherwise: otherwise("echo") }],
  [{ broadcast: true }, { otherwise: otherwise("broadcast") }],
  [{ echo: true, broadcast: false, dir: "" }, { otherwise: otherwise("echo") }],
  [{ echo: true, binary: true }, { otherwise: otherwise("echo") }],
  [{ echo: true, passEnv: [] }, { passEnv: [] }],
  [{ echo: true, passEnv: ["A"] }, { passEnv: ["A"] }],
  [{ echo: true, maxForks: 0 }, { maxForks: 0 }],
  [{ echo: true, maxForks: -1 }, { maxForks: -1 }],
  [{ echo: true, closeMs: 250 }, { closeMs: 250 }],
  [{ echo: true, reverseLookup: true }, { reverseLookup: true }],
  [{ echo: true, listen: { port: 0 } }, { listen: { port: 0 } }],
  [{ echo: true, listen: { port: 65_535 } }, { listen: { port: 65_535 } }],
  [{ echo: true, dispatch: { maxFrameSize: 0 } }, { dispatch: { maxFrameSize: 0 } }],
  [{ echo: true, dispatch: { pingMs: 0 } }, { dispatch: { pingMs: 0 } }],
  // Files and scripts alone are enough, and go with any handler.
  [{ staticDir: "public" }, { otherwise: undefined, pages: [STATIC("public")] }],
  [{ cgiDir: "cgi" }, { otherwise: undefined, pages: [CGI("cgi")] }],
  [{ staticDir: "a", cgiDir: "b" }, { otherwise: undefined, pages: [CGI("b"), STATIC("a")] }],
  [{ command: ["ls"], staticDir: "a" }, {
    otherwise: otherwise("process", ["ls"], PROCESS),
    pages: [STATIC("a")],
  }],
  [{ dir: "programs", cgiDir: "b" }, {
    otherwise: otherwise("directory", ["programs"], PROCESS),
    pages: [CGI("b")],
  }],
  [{ broadcast: true, staticDir: "a", cgiDir: "b" }, {
    otherwise: otherwise("broadcast"),
    pages: [CGI("b"), STATIC("a")],
  }],
  [{ echo: true, devConsole: true }, { pages: [CONSOLE("*")] }],
  [{ echo: true, devConsole: "/_console" }, { pages: [CONSOLE("/_console")] }],
  [{ echo: true, devConsole: "/a(b)*" }, { pages: [CONSOLE("/a\\(b\\)\\*")] }],
  [{ echo: true, devConsole: false }, { pages: [] }],
  [{ staticDir: "a", devConsole: "/c" }, { pages: [CONSOLE("/c"), STATIC("a")] }],
  // Where it listens.
  [{ echo: true, listen: { redirectPort: 0 } }, { listen: { redirectPort: 0 } }],
  [{ echo: true, listen: { redirectPort: 65_535 } }, { listen: { redirectPort: 65_535 } }],
  [{ echo: true, unixSocket: "a.sock" }, { listen: { unixSocket: { path: "a.sock" } } }],
  [{ echo: true, unixSocket: "a.sock", unixSocketMode: 0o660 }, {
    listen: { unixSocket: { path: "a.sock", mode: 0o660 } },
  }],
  [{ echo: true, unixSocket: "a.sock", unixSocketMode: 0 }, {
    listen: { unixSocket: { path: "a.sock", mode: 0 } },
  }],
  [{ echo: true, unixSocket: "a.sock", listen: { port: 1, addresses: ["a"] } }, {
    listen: { unixSocket: { path: "a.sock" }, port: 1, addresses: ["a"] },
  }],
  [{ echo: true, engine: "native" }, { listen: { engine: "native" } }],
  [{ echo: true, engine: "node" }, { listen: { engine: "node" } }],
  // TLS.
  [{ echo: true, ...TLS }, { listen: { tls: FILES } }],
  [{ echo: true, ...TLS, sslCa: "a.pem" }, { listen: { tls: { ...FILES, caFile: "a.pem" } } }],
  [{ echo: true, ...TLS, engine: "native" }, { listen: { tls: FILES, engine: "native" } }],
  [{ echo: true, ...TLS, sslCa: "a.pem", engine: "node" }, {
    listen: { tls: { ...FILES, caFile: "a.pem" }, engine: "node" },
  }],
  [{ echo: true, ssl: false, sslCert: "", sslKey: "" }, { listen: {} }],
  [{ echo: true, logFormat: "json" }, { log: { level: "access", format: "json" } }],
];
for (const [settings, part] of RESOLVED) {
  Deno.test(`resolveConfig() makes ${JSON.stringify(part)} of ${JSON.stringify(settings)}`, () => {
    const config = resolveConfig(settings);
    const found = Object.fromEntries(
      Object.keys(part).map((name) => [name, config[name as keyof Config]]),
    );
    assertEquals<unknown>(found, part);
  });
}

const OF_PROCESSES: [settings: Settings, values: Record<string, unknown>][] = [
  [{ binary: true }, { framing: "binary" }],
  [{ passStderr: true }, { framing: "streams" }],
  [{ binary: false, passStderr: false }, { framing: "lines" }],
  [{ binary: true, passStderr: false }, { framing: "binary" }],
  [{ maxQueue: 1 }, { maxqueue: 1 }],
  [{ closeMs: 250 }, { closems: 250 }],
  [{ passEnv: ["A"] }, { passenv: ["A"] }],
  [{ passEnv: [] }, { passenv: [] }],
];
for (const [settings, values] of OF_PROCESSES) {
  const shown = JSON.stringify(settings);
  Deno.test(`resolveConfig() has ${shown} hold for COMMAND, --dir and routes`, () => {
    const expected: unknown = { ...PROCESS, ...values };
    const routes: RouteSettings[] = [{ path: "/a", handler: "process", words: ["b"], values: {} }];
    const config = resolveConfig({ ...settings, command: ["ls"], routes });
    assertEquals([config.otherwise?.values, config.routes[0]?.values], [expected, expected]);
    const { otherwise } = resolveConfig({ ...settings, dir: "programs" });
    assertEquals<unknown>(otherwise?.values, expected);
  });

  Deno.test(`resolveConfig() has a route that says otherwise stand above ${shown}`, () => {
    const own = { framing: "streams", maxqueue: 7, closems: 8, passenv: ["B"] };
    const routes: RouteSettings[] = [{ path: "/a", handler: "process", words: ["b"], values: own }];
    assertEquals<unknown>(resolveConfig({ ...settings, routes }).routes[0]?.values, own);
  });
}

Deno.test("resolveConfig() gives a kind of handler no framing that it does not have", () => {
  const routes: RouteSettings[] = [{ path: "/a", handler: "shared", words: ["b"], values: {} }];
  const { framing, closems } = resolveConfig({ binary: true, routes }).routes[0]?.values ?? {};
  assertEquals([framing, closems], [undefined, 0]);
});

Deno.test("resolveConfig() tells the options of any route from those of its handler", () => {
  const values = { origin: "https://a,b:1", subprotocol: ["x"], maxframesize: 5, pingms: 6 };
  const routes: RouteSettings[] = [
    { path: "/a/:b", handler: "echo", words: [], values },
    { path: "/c", handler: "process", words: ["cat", "{b}"], values: { maxforks: 2 } },
  ];
  assertEquals<unknown>(resolveConfig({ routes }).routes, [
    {
      path: "/a/:b",
      handler: "echo",
      words: [],
      placeholders: true,
      values: {},
      options: {
        origins: [{ scheme: "https", host: "a" }, { host: "b", port: "1" }],
        subprotocols: ["x"],
        maxFrameSize: 5,
        pingMs: 6,
      },
    },
    {
      path: "/c",
      handler: "process",
      words: ["cat", "{b}"],
      placeholders: true,
      values: { ...PROCESS, maxforks: 2 },
      options: {},
    },
  ]);
});

const WRONG_ROUTES: [values: Record<string, unknown>, message: string][] = [
  [{ origin: "a b" }, 'Invalid value "a b" for origin of the route /a: expected [scheme://]host'],
  [{ subprotocol: ["x", "a b"] }, 'Invalid value "a b" for subprotocol of the route /a: expected'],
  [{ subprotocol: ["ü"] }, 'Invalid value "ü" for subprotocol of the route /a: expected a name'],
];
for (const [values, message] of WRONG_ROUTES) {
  Deno.test(`resolveConfig() refuses a route with ${JSON.stringify(values)}`, () => {
    const routes: RouteSettings[] = [{ path: "/a", handler: "echo", words: [], values }];
    const error = assertThrows(() => resolveConfig({ routes }), UsageError, message);
    assertEquals(error.exitCode, 2);
  });
}

for (const name of ["", "a b", "a,b", "a/b", "ü"]) {
  Deno.test(`resolveConfig() refuses the subprotocol ${JSON.stringify(name)}`, () => {
    const settings = { echo: true, dispatch: { subprotocols: ["x", name] } };
    const error = assertThrows(() => resolveConfig(settings), UsageError);
    assertStringIncludes(error.message, `Invalid value "${name}" for --subprotocol: expected`);
  });
}

for (const level of LEVELS) {
  Deno.test(`resolveConfig() knows the log level ${level}`, () => {
    assertEquals(resolveConfig({ echo: true, logLevel: level }).log.level, level);
  });
}

const REFUSED: [settings: Settings, message: string][] = [
  [{}, "COMMAND"],
  [{ command: [], dir: "", echo: false, broadcast: false }, "COMMAND"],
  [{ command: ["ls", "-l"], dir: "programs" }, 'the command "ls -l", --dir=programs'],
  [{ command: ["ls"], echo: true }, "--echo"],
  [{ command: ["ls"], broadcast: true }, "--broadcast"],
  [{ echo: true, broadcast: true }, "--echo, --broadcast"],
  [{ dir: "a", echo: true }, "--dir=a, --echo"],
  [{ echo: true, binary: true, passStderr: true }, "--passstderr cannot be used with --binary"],
  [{ echo: true, listen: { port: -1 } }, '"-1" for --port'],
  [{ echo: true, listen: { port: 65_536 } }, '"65536" for --port'],
  [{ echo: true, dispatch: { maxFrameSize: -1 } }, '"-1" for --maxframesize'],
  [{ echo: true, dispatch: { pingMs: -1 } }, '"-1" for --pingms'],
  [{ echo: true, dispatch: { pingMs: 86_400_001 } }, '"86400001" for --pingms'],
  [{ echo: true, closeMs: -1 }, '"-1" for --closems'],
  [{ echo: true, closeMs: 86_400_001 }, '"86400001" for --closems'],
  [{ echo: true, maxQueue: 0 }, '"0" for --maxqueue'],
  [{ echo: true, logLevel: "verbose" }, '"verbose" for --loglevel'],
  [{ echo: true, logLevel: "" }, '"" for --loglevel'],
  [{ echo: true, logLevel: "ACCESS" }, '"ACCESS" for --loglevel'],
  [{ echo: true, logLevel: "constructor" }, '"constructor" for --loglevel'],
  [{ echo: true, logFormat: "xml" }, '"xml" for --log-format'],
  [{ staticDir: "", cgiDir: "" }, "--staticdir or --cgidir"],
  [{ devConsole: true }, "nothing to serve"],
  [{ command: ["ls"], dir: "a", staticDir: "b" }, 'the command "ls", --dir=a'],
  [{ echo: true, listen: { redirectPort: -1 } }, '"-1" for --redirport'],
  [
    { echo: true, listen: { redirectPort: 65_536 } },
    '"65536" for --redirport: expected 0 to 65535',
  ],
  [{ echo: true, unixSocketMode: 0o660 }, "--unixsocket-mode needs --unixsocket=PATH"],
  [{ echo: true, unixSocketMode: 0 }, "--unixsocket-mode needs --unixsocket=PATH"],
  [{ echo: true, listen: { port: 80, redirectPort: 80 } }, "--redirport=80 is the same as --port"],
  [{ echo: true, unixSocket: "" }, 'Invalid value "" for --unixsocket: expected a path'],
  [{ echo: true, ...TLS, sslCa: "" }, 'Invalid value "" for --sslca: expected a file'],
  [{ echo: true, listen: { addresses: ["a", ""] } }, 'Invalid value "" for --address'],
  [{ echo: true, engine: "deno" }, '"deno" for --engine: expected native, node'],
  [{ echo: true, engine: "" }, '"" for --engine'],
  [{ echo: true, engine: "Node" }, '"Node" for --engine'],
  [{ echo: true, engine: "constructor" }, '"constructor" for --engine'],
  [{ echo: true, ssl: true }, "--ssl needs --sslcert=FILE and --sslkey=FILE"],
  [{ echo: true, ssl: true, sslCa: "a.pem" }, "--ssl needs --sslcert=FILE and --sslkey=FILE"],
  [{ echo: true, ssl: true, sslCert: "c.pem" }, "--ssl needs --sslkey=FILE"],
  [{ echo: true, ssl: true, sslKey: "k.pem" }, "--ssl needs --sslcert=FILE"],
  [{ echo: true, ...TLS, sslKey: "" }, "--ssl needs --sslkey=FILE"],
  [{ echo: true, sslCert: "c.pem" }, "--sslcert=c.pem needs --ssl"],
  [{ echo: true, sslKey: "k.pem" }, "--sslkey=k.pem needs --ssl"],
  [{ echo: true, sslCa: "a.pem" }, "--sslca=a.pem needs --ssl"],
  [{ echo: true, ...TLS, ssl: false }, "--sslcert=c.pem needs --ssl"],
  [
    { echo: true, ...TLS, sslCa: "a.pem", engine: "native" },
    "--sslca cannot be used with --engine",
  ],
];
for (const [settings, message] of REFUSED) {
  Deno.test(`resolveConfig() refuses ${JSON.stringify(settings)} with exit code 1`, () => {
    const error = assertThrows(() => resolveConfig(settings), UsageError, message);
    assertEquals(error.exitCode, 1);
    assertEquals(error.message.includes("\n"), false);
  });
}
