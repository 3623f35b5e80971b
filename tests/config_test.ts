import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../lib/base/errors.ts";
import { LEVELS } from "../lib/base/log.ts";
import { type Config, resolveConfig, type Settings } from "../lib/config.ts";
import { defaultPassEnv } from "../lib/process/environment.ts";

Deno.test("resolveConfig() fills in every default", () => {
  assertEquals(resolveConfig({ command: ["ls", "-l"] }), {
    handler: "process",
    command: ["ls", "-l"],
    dir: "",
    staticDir: "",
    cgiDir: "",
    devConsole: false,
    framing: "lines",
    passEnv: defaultPassEnv(Deno.build.os),
    maxForks: 1024,
    maxQueue: 16_777_216,
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

const RESOLVED: [settings: Settings, part: Partial<Config>][] = [
  [{ command: ["ls"] }, { handler: "process", command: ["ls"] }],
  [{ dir: "programs" }, { handler: "directory", dir: "programs" }],
  [{ echo: true }, { handler: "echo" }],
  [{ broadcast: true }, { handler: "broadcast" }],
  [{ echo: true, broadcast: false, dir: "" }, { handler: "echo" }],
  [{ echo: true, binary: true }, { framing: "binary" }],
  [{ echo: true, passStderr: true }, { framing: "streams" }],
  [{ echo: true, binary: false, passStderr: false }, { framing: "lines" }],
  [{ echo: true, binary: true, passStderr: false }, { framing: "binary" }],
  [{ echo: true, passEnv: [] }, { passEnv: [] }],
  [{ echo: true, passEnv: ["A"] }, { passEnv: ["A"] }],
  [{ echo: true, maxForks: 0 }, { maxForks: 0 }],
  [{ echo: true, maxForks: -1 }, { maxForks: -1 }],
  [{ echo: true, maxQueue: 1 }, { maxQueue: 1 }],
  [{ echo: true, closeMs: 250 }, { closeMs: 250 }],
  [{ echo: true, reverseLookup: true }, { reverseLookup: true }],
  [{ echo: true, listen: { port: 0 } }, { listen: { port: 0 } }],
  [{ echo: true, listen: { port: 65_535 } }, { listen: { port: 65_535 } }],
  [{ echo: true, dispatch: { maxFrameSize: 0 } }, { dispatch: { maxFrameSize: 0 } }],
  [{ echo: true, dispatch: { pingMs: 0 } }, { dispatch: { pingMs: 0 } }],
  // Files and scripts alone are enough, and go with any handler.
  [{ staticDir: "public" }, { handler: undefined, staticDir: "public", cgiDir: "" }],
  [{ cgiDir: "cgi" }, { handler: undefined, cgiDir: "cgi", staticDir: "" }],
  [{ staticDir: "a", cgiDir: "b" }, { handler: undefined, staticDir: "a", cgiDir: "b" }],
  [{ command: ["ls"], staticDir: "a" }, { handler: "process", command: ["ls"], staticDir: "a" }],
  [{ dir: "programs", cgiDir: "b" }, { handler: "directory", dir: "programs", cgiDir: "b" }],
  [{ broadcast: true, staticDir: "a", cgiDir: "b" }, { handler: "broadcast", staticDir: "a" }],
  [{ echo: true, devConsole: true }, { devConsole: true }],
  [{ echo: true, devConsole: "/_console" }, { devConsole: "/_console" }],
  [{ echo: true, devConsole: false }, { devConsole: false }],
  [{ staticDir: "a", devConsole: true }, { staticDir: "a", devConsole: true }],
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
