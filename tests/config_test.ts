import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../lib/base/errors.ts";
import { LEVELS } from "../lib/base/log.ts";
import { type Config, resolveConfig } from "../lib/config.ts";
import type { RouteConfig } from "../lib/route_config.ts";
import type { RouteSettings } from "../lib/settings.ts";
import { INHERITED, type Options } from "../lib/handlers/flags.ts";
import type { Kind } from "../lib/handlers/kind.ts";
import { type HandlerName, registry } from "../lib/handlers/registry.ts";
import { showDefault } from "../lib/options/read_option.ts";
import { routeOptionOf } from "../lib/options/views.ts";
import { defaultPassEnv } from "../lib/process/environment.ts";

/** Options, and a command. */
interface Said extends Options {
  readonly command?: readonly string[];
}

function resolve({ command = [], ...options }: Said, routes: RouteSettings[] = []): Config {
  return resolveConfig({ options, command, routes });
}

/** What the server says of processes, as a route gets it. */
const PROCESS = {
  passenv: defaultPassEnv(Deno.build.os),
  closems: 0,
  "stderr-rate": 1_000_000,
  maxqueue: 16_777_216,
  framing: "lines",
  unbuffer: "auto",
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
  assertEquals(resolve({ command: ["ls", "-l"] }), {
    routes: [],
    watch: false,
    otherwise: otherwise("process", ["ls", "-l"], PROCESS),
    pages: [],
    passEnv: defaultPassEnv(Deno.build.os),
    maxForks: 1024,
    maxQueue: 16_777_216,
    closeMs: 0,
    stderrRate: 1_000_000,
    reverseLookup: false,
    listen: {},
    dispatch: { headersWs: [], headersHttp: [] },
    log: { level: "access", format: "text" },
    lifetime: { workers: 1, drainMs: 0, shutdownCode: "1001", once: false },
  });
});

Deno.test("resolveConfig() answers a Config that cannot be changed", () => {
  const config = resolve({ echo: true });
  assert(Object.isFrozen(config));
});

const TLS: Said = { ssl: true, sslcert: ["c.pem"], sslkey: ["k.pem"] };
const FILES = { certFile: "c.pem", keyFile: "k.pem" };

const { passenv, closems, "stderr-rate": rate } = PROCESS;
const CGI = (dir: string) => otherwise("cgi", [dir], { passenv, closems, "stderr-rate": rate });
const STATIC = (dir: string) => otherwise("static", [dir]);
const CONSOLE = (path: string) => ({ ...otherwise("console"), path });

const HEADERS = { headersWs: [], headersHttp: [] };
const DIRS = { passEnv: ["A"], maxForks: 0, closeMs: 250, reverseLookup: true };

const RESOLVED: [said: Said, part: Partial<Config>][] = [
  [{ command: ["ls"] }, { otherwise: otherwise("process", ["ls"], PROCESS) }],
  [{ dir: "programs" }, { otherwise: otherwise("directory", ["programs"], PROCESS) }],
  [{ echo: true }, { otherwise: otherwise("echo") }],
  [{ broadcast: true }, { otherwise: otherwise("broadcast") }],
  [{ echo: true, broadcast: false, dir: "" }, { otherwise: otherwise("echo") }],
  [{ echo: true, binary: true }, { otherwise: otherwise("echo") }],
  [{ handlers: "a" }, { handlersDir: "a", otherwise: undefined }],
  [{ handlers: "a", watch: true }, { watch: true }],
  [{ echo: true, passenv: [] }, { passEnv: [] }],
  [{ echo: true, passenv: ["A"], maxforks: 0, closems: 250, reverselookup: true }, DIRS],
  [{ echo: true, maxforks: -1 }, { maxForks: -1 }],
  [{ echo: true, port: 0 }, { listen: { port: 0 } }],
  [{ echo: true, port: 8080, address: ["a", "[::1]"] }, {
    listen: { port: 8080, addresses: ["a", "[::1]"] },
  }],
  // How requests are decided of.
  [{ echo: true, maxframesize: 0 }, { dispatch: { maxFrameSize: 0, ...HEADERS } }],
  [{ echo: true, pingms: 0 }, { dispatch: { pingMs: 0, ...HEADERS } }],
  [{ echo: true, sameorigin: true }, { dispatch: { sameOrigin: true, ...HEADERS } }],
  [{ echo: true, sameorigin: false }, { dispatch: { sameOrigin: false, ...HEADERS } }],
  [{ echo: true, subprotocol: ["a", "b"] }, { dispatch: { subprotocols: ["a", "b"], ...HEADERS } }],
  [{ echo: true, origin: [{ host: "b" }] }, {
    dispatch: { origins: [{ host: "b" }], ...HEADERS },
  }],
  [{ echo: true, origin: [], pingms: 5 }, { dispatch: { pingMs: 5, ...HEADERS } }],
  [
    {
      echo: true,
      header: [["A", "1"], ["B", "2"]],
      "header-ws": [["C", "a: b"]],
      "header-http": [["D", ""], ["A", "3"]],
    },
    {
      dispatch: {
        headersWs: [["A", "1"], ["B", "2"], ["C", "a: b"]],
        headersHttp: [["A", "1"], ["B", "2"], ["D", ""], ["A", "3"]],
      },
    },
  ],
  // Files and scripts alone are enough, and go with any handler.
  [{ staticdir: "public" }, { otherwise: undefined, pages: [STATIC("public")] }],
  [{ cgidir: "cgi" }, { otherwise: undefined, pages: [CGI("cgi")] }],
  [{ staticdir: "a", cgidir: "b" }, { otherwise: undefined, pages: [CGI("b"), STATIC("a")] }],
  [{ command: ["ls"], staticdir: "a" }, {
    otherwise: otherwise("process", ["ls"], PROCESS),
    pages: [STATIC("a")],
  }],
  [{ dir: "programs", cgidir: "b" }, {
    otherwise: otherwise("directory", ["programs"], PROCESS),
    pages: [CGI("b")],
  }],
  [{ broadcast: true, staticdir: "a", cgidir: "b" }, {
    otherwise: otherwise("broadcast"),
    pages: [CGI("b"), STATIC("a")],
  }],
  [{ echo: true, devconsole: true }, { pages: [CONSOLE("*")] }],
  [{ echo: true, devconsole: "/_console" }, { pages: [CONSOLE("/_console")] }],
  [{ echo: true, devconsole: "/a(b)*" }, { pages: [CONSOLE("/a\\(b\\)\\*")] }],
  [{ echo: true, devconsole: false }, { pages: [] }],
  [{ staticdir: "a", devconsole: "/c" }, { pages: [CONSOLE("/c"), STATIC("a")] }],
  // Where it listens.
  [{ echo: true, redirport: 0 }, { listen: { redirectPort: 0 } }],
  [{ echo: true, unixsocket: "a.sock" }, { listen: { unixSocket: { path: "a.sock" } } }],
  [{ echo: true, unixsocket: "a.sock", "unixsocket-mode": 0o660 }, {
    listen: { unixSocket: { path: "a.sock", mode: 0o660 } },
  }],
  [{ echo: true, unixsocket: "a.sock", "unixsocket-mode": 0 }, {
    listen: { unixSocket: { path: "a.sock", mode: 0 } },
  }],
  [{ echo: true, unixsocket: "a.sock", port: 1, address: ["a"] }, {
    listen: { unixSocket: { path: "a.sock" }, port: 1, addresses: ["a"] },
  }],
  [{ echo: true, engine: "native" }, { listen: { engine: "native" } }],
  [{ echo: true, engine: "node" }, { listen: { engine: "node" } }],
  // TLS.
  [{ echo: true, ...TLS }, { listen: { tls: FILES } }],
  [{ echo: true, ...TLS, sslca: "a.pem" }, { listen: { tls: { ...FILES, caFile: "a.pem" } } }],
  [{ echo: true, ...TLS, engine: "native" }, { listen: { tls: FILES, engine: "native" } }],
  [{ echo: true, ...TLS, sslca: "a.pem", engine: "node" }, {
    listen: { tls: { ...FILES, caFile: "a.pem" }, engine: "node" },
  }],
  [{ echo: true, ssl: false, sslcert: [""], sslkey: [""] }, { listen: {} }],
  [{ echo: true, "exit-idle": 60_000, once: true }, {
    lifetime: { workers: 1, drainMs: 0, shutdownCode: "1001", once: true, exitIdleMs: 60_000 },
  }],
  [{ echo: true, "unixsocket": "a.sock", "unixsocket-owner": { group: "b" } }, {
    listen: { unixSocket: { path: "a.sock", owner: { group: "b" } } },
  }],
  [{ echo: true, "log-format": "json" }, { log: { level: "access", format: "json" } }],
];
for (const [said, part] of RESOLVED) {
  Deno.test(`resolveConfig() makes ${JSON.stringify(part)} of ${JSON.stringify(said)}`, () => {
    const config = resolve(said);
    const found = Object.fromEntries(
      Object.keys(part).map((name) => [name, config[name as keyof Config]]),
    );
    assertEquals<unknown>(found, part);
  });
}

const OF_PROCESSES: [said: Said, values: Record<string, unknown>][] = [
  [{ binary: true }, { framing: "binary" }],
  [{ passstderr: true }, { framing: "streams" }],
  [{ binary: false, passstderr: false }, { framing: "lines" }],
  [{ binary: true, passstderr: false }, { framing: "binary" }],
  [{ framing: "streams" }, { framing: "streams" }],
  [{ framing: "binary", binary: true }, { framing: "binary" }],
  [{ framing: "binary", passstderr: false }, { framing: "binary" }],
  [{ maxqueue: 1 }, { maxqueue: 1 }],
  [{ closems: 250 }, { closems: 250 }],
  [{ "stderr-rate": 9 }, { "stderr-rate": 9 }],
  [{ passenv: ["A"] }, { passenv: ["A"] }],
  [{ passenv: [] }, { passenv: [] }],
];
for (const [said, values] of OF_PROCESSES) {
  const shown = JSON.stringify(said);
  Deno.test(`resolveConfig() has ${shown} hold for COMMAND, --dir and routes`, () => {
    const expected: unknown = { ...PROCESS, ...values };
    const routes: RouteSettings[] = [{ path: "/a", handler: "process", words: ["b"], values: {} }];
    const config = resolve({ ...said, command: ["ls"] }, routes);
    assertEquals([config.otherwise?.values, config.routes[0]?.values], [expected, expected]);
    assertEquals<unknown>(resolve({ ...said, dir: "programs" }).otherwise?.values, expected);
  });

  Deno.test(`resolveConfig() has a route that says otherwise stand above ${shown}`, () => {
    const own = {
      framing: "streams",
      maxqueue: 7,
      closems: 8,
      passenv: ["B"],
      "stderr-rate": 9,
      unbuffer: "off",
    };
    const routes: RouteSettings[] = [{ path: "/a", handler: "process", words: ["b"], values: own }];
    assertEquals<unknown>(resolve(said, routes).routes[0]?.values, own);
  });
}

const OF_SHARED: [said: Said, own: Record<string, unknown>, framing: string][] = [
  [{}, {}, "lines"],
  [{ framing: "json" }, {}, "json"],
  [{ framing: "json" }, { framing: "events" }, "events"],
  [{ binary: true }, { framing: "length" }, "length"],
  [{ passstderr: true }, { framing: "lines" }, "lines"],
];
for (const [said, own, framing] of OF_SHARED) {
  const shown = `${JSON.stringify(said)} and ${JSON.stringify(own)}`;
  Deno.test(`resolveConfig() has a shared process talked to by ${framing}: ${shown}`, () => {
    const route: RouteSettings = { path: "/a", handler: "shared", words: ["b"], values: own };
    assertEquals(resolve(said, [route]).routes[0]?.values.framing, framing);
  });
}

const NOT_OF_SHARED: [said: Said, framing: string][] = [
  [{ binary: true }, "binary"],
  [{ passstderr: true }, "streams"],
  [{ framing: "binary" }, "binary"],
];
for (const [said, framing] of NOT_OF_SHARED) {
  Deno.test(`resolveConfig() refuses ${JSON.stringify(said)} for a shared process that says nothing else`, () => {
    const route: RouteSettings = { path: "/a", handler: "shared", words: ["b"], values: {} };
    const message =
      `Cannot serve the route /a: shared does not take the server's framing=${framing}; give the route its own framing, one of lines, nul, length, content-length, json, events, tagged`;
    assertThrows(() => resolve(said, [route]), UsageError, message);
    const file = { ...route, place: "a.json:1:2" };
    assertThrows(() => resolve(said, [file]), UsageError, `a.json:1:2: ${message}`);
  });
}

Deno.test("registry says of every kind which options it has from the server", () => {
  const said = Object.values<Kind>(registry).flatMap(({ options }) => options)
    .filter((option) => INHERITED.some(({ name }) => name === option.name))
    .map((option) => `${option.name}: ${showDefault(routeOptionOf(option))}`);
  const expected = INHERITED.map(({ name }) => `${name}: that of --${name}`);
  assertEquals([...new Set(said)].sort(), expected.sort());
});

Deno.test("resolveConfig() tells the options of any route from those of its handler", () => {
  const origin = [{ scheme: "https", host: "a" }, { host: "b", port: "1" }];
  const values = { origin, subprotocol: ["x"], maxframesize: 5, pingms: 6 };
  const routes: RouteSettings[] = [
    { path: "/a/:b", handler: "echo", words: [], values },
    { path: "/c", handler: "process", words: ["cat", "{b}"], values: { maxforks: 2 } },
  ];
  assertEquals<unknown>(resolve({}, routes).routes, [
    {
      path: "/a/:b",
      handler: "echo",
      words: [],
      placeholders: true,
      values: {},
      options: {
        origins: origin,
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

for (const level of LEVELS) {
  Deno.test(`resolveConfig() knows the log level ${level}`, () => {
    assertEquals(resolve({ echo: true, loglevel: level }).log.level, level);
  });
}

const REFUSED: [said: Said, message: string][] = [
  [{}, "COMMAND"],
  [{ command: [], dir: "", echo: false, broadcast: false }, "COMMAND"],
  [{ command: ["ls", "-l"], dir: "programs" }, 'the command "ls -l", --dir=programs'],
  [{ command: ["ls"], echo: true }, "--echo"],
  [{ command: ["ls"], broadcast: true }, "--broadcast"],
  [{ echo: true, broadcast: true }, "--echo, --broadcast"],
  [{ dir: "a", echo: true }, "--dir=a, --echo"],
  [{ echo: true, watch: true }, "--watch needs modules"],
  [{ echo: true, bus: { kind: "local" } }, "--bus=local needs --workers=N"],
  [{ echo: true, binary: true, passstderr: true }, "--passstderr cannot be used with --binary"],
  [
    { echo: true, binary: true, framing: "lines" },
    "--framing=lines cannot be used with --binary: that is --framing=binary",
  ],
  [
    { echo: true, passstderr: true, framing: "binary" },
    "--framing=binary cannot be used with --passstderr: that is --framing=streams",
  ],
  [{ staticdir: "", cgidir: "" }, "--staticdir or --cgidir"],
  [{ devconsole: true }, "nothing to serve"],
  [{ command: ["ls"], dir: "a", staticdir: "b" }, 'the command "ls", --dir=a'],
  [{ echo: true, "unixsocket-mode": 0o660 }, "--unixsocket-mode needs --unixsocket=PATH"],
  [
    { echo: true, "unixsocket-owner": { user: "a" } },
    "--unixsocket-owner needs --unixsocket=PATH",
  ],
  [{ echo: true, "unixsocket-mode": 0 }, "--unixsocket-mode needs --unixsocket=PATH"],
  [
    { echo: true, address: ["a", "[::1]:80"] },
    'Cannot listen on "[::1]:80": an address has no port',
  ],
  [{ echo: true, port: 80, redirport: 80 }, "--redirport=80 is the same as --port"],
  [{ echo: true, ssl: true }, "--ssl needs --sslcert=FILE and --sslkey=FILE"],
  [{ echo: true, ssl: true, sslca: "a.pem" }, "--ssl needs --sslcert=FILE and --sslkey=FILE"],
  [{ echo: true, ssl: true, sslcert: ["c.pem"] }, "--ssl needs --sslkey=FILE"],
  [{ echo: true, ssl: true, sslkey: ["k.pem"] }, "--ssl needs --sslcert=FILE"],
  [{ echo: true, ...TLS, sslkey: [""] }, "--ssl needs --sslkey=FILE"],
  [{ echo: true, sslcert: ["c.pem"] }, "--sslcert=c.pem needs --ssl"],
  [{ echo: true, sslkey: ["k.pem"] }, "--sslkey=k.pem needs --ssl"],
  [{ echo: true, sslca: "a.pem" }, "--sslca=a.pem needs --ssl"],
  [{ echo: true, ...TLS, ssl: false }, "--sslcert=c.pem needs --ssl"],
];
for (const [said, message] of REFUSED) {
  Deno.test(`resolveConfig() refuses ${JSON.stringify(said)} with exit code 1`, () => {
    const error = assertThrows(() => resolve(said), UsageError, message);
    assertEquals(error.exitCode, 1);
    assertEquals(error.message.includes("\n"), false);
  });
}
