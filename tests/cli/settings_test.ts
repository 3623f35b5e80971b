import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import type { Options } from "../../lib/cli/flags.ts";
import { settingsOf } from "../../lib/cli/settings.ts";
import type { Settings } from "../../lib/config.ts";

Deno.test("settingsOf() sets nothing where no option is given", () => {
  assertEquals(settingsOf({}, ["ls", "-l"]), {
    command: ["ls", "-l"],
    dir: undefined,
    echo: undefined,
    broadcast: undefined,
    handlersDir: undefined,
    watch: undefined,
    staticDir: undefined,
    cgiDir: undefined,
    devConsole: undefined,
    listen: {},
    unixSocket: undefined,
    unixSocketMode: undefined,
    engine: undefined,
    ssl: undefined,
    sslCert: undefined,
    sslKey: undefined,
    sslCa: undefined,
    dispatch: { headersWs: [], headersHttp: [] },
    binary: undefined,
    passStderr: undefined,
    passEnv: undefined,
    maxForks: undefined,
    maxQueue: undefined,
    closeMs: undefined,
    reverseLookup: undefined,
    logLevel: undefined,
    logFormat: undefined,
  });
});

const SET: [options: Options, part: Partial<Settings>][] = [
  [{ dir: "a" }, { dir: "a" }],
  [{ echo: true }, { echo: true }],
  [{ broadcast: true }, { broadcast: true }],
  [{ handlers: "a" }, { handlersDir: "a" }],
  [{ watch: true }, { watch: true }],
  [{ staticdir: "a" }, { staticDir: "a" }],
  [{ cgidir: "a" }, { cgiDir: "a" }],
  [{ devconsole: true }, { devConsole: true }],
  [{ devconsole: false }, { devConsole: false }],
  [{ devconsole: "/_console" }, { devConsole: "/_console" }],
  [{ port: 8080 }, { listen: { port: 8080 } }],
  [{ port: 0 }, { listen: { port: 0 } }],
  [{ address: ["a", "[::1]"] }, { listen: { addresses: ["a", "[::1]"] } }],
  [{ redirport: 0 }, { listen: { redirectPort: 0 } }],
  [{ port: 1, address: ["a"], redirport: 2 }, {
    listen: { port: 1, addresses: ["a"], redirectPort: 2 },
  }],
  [{ unixsocket: "a.sock" }, { unixSocket: "a.sock", unixSocketMode: undefined, listen: {} }],
  [{ "unixsocket-mode": "0660" }, { unixSocketMode: 0o660 }],
  [{ "unixsocket-mode": "660" }, { unixSocketMode: 0o660 }],
  [{ "unixsocket-mode": "0777" }, { unixSocketMode: 0o777 }],
  [{ "unixsocket-mode": "000" }, { unixSocketMode: 0 }],
  [{ engine: "node" }, { engine: "node" }],
  [{ ssl: true }, { ssl: true }],
  [{ ssl: false }, { ssl: false }],
  [{ sslcert: "c.pem", sslkey: "k.pem", sslca: "a.pem" }, {
    sslCert: "c.pem",
    sslKey: "k.pem",
    sslCa: "a.pem",
  }],
  [{ binary: true }, { binary: true }],
  [{ passstderr: true }, { passStderr: true }],
  [{ passenv: "A,B" }, { passEnv: ["A", "B"] }],
  [{ passenv: " A , B " }, { passEnv: ["A", "B"] }],
  [{ passenv: "" }, { passEnv: [""] }],
  [{ maxforks: -1 }, { maxForks: -1 }],
  [{ maxqueue: 5 }, { maxQueue: 5 }],
  [{ closems: 5 }, { closeMs: 5 }],
  [{ reverselookup: true }, { reverseLookup: true }],
  [{ loglevel: "debug" }, { logLevel: "debug" }],
  [{ "log-format": "json" }, { logFormat: "json" }],
];
for (const [options, part] of SET) {
  Deno.test(`settingsOf() passes on ${JSON.stringify(options)}`, () => {
    const settings = settingsOf(options, []);
    const found = Object.fromEntries(
      Object.keys(part).map((name) => [name, settings[name as keyof Settings]]),
    );
    assertEquals<unknown>(found, part);
  });
}

const DISPATCH: [options: Options, dispatch: Settings["dispatch"]][] = [
  [{ maxframesize: 0 }, { maxFrameSize: 0 }],
  [{ pingms: 5 }, { pingMs: 5 }],
  [{ sameorigin: true }, { sameOrigin: true }],
  [{ sameorigin: false }, { sameOrigin: false }],
  [{ subprotocol: ["a"] }, { subprotocols: ["a"] }],
  [{ subprotocol: ["a, b", "c"] }, { subprotocols: ["a", "b", "c"] }],
  [{ origin: "https://a:1,b" }, {
    origins: [{ scheme: "https", host: "a", port: "1" }, { host: "b" }],
  }],
];
for (const [options, dispatch] of DISPATCH) {
  Deno.test(`settingsOf() passes on ${JSON.stringify(options)} to whoever decides of requests`, () => {
    const expected = { headersWs: [], headersHttp: [], ...dispatch };
    assertEquals<unknown>(settingsOf(options, []).dispatch, expected);
  });
}

Deno.test("settingsOf() puts each header on the answers that it is for", () => {
  const options = {
    header: ["A: 1", "B:2"],
    "header-ws": ["C:  a: b  "],
    "header-http": ["D:", "A: 3"],
  };
  const { headersWs, headersHttp } = settingsOf(options, []).dispatch ?? {};
  assertEquals(headersWs, [["A", "1"], ["B", "2"], ["C", "a: b"]]);
  assertEquals(headersHttp, [["A", "1"], ["B", "2"], ["D", ""], ["A", "3"]]);
});

const HEADERS = [
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
for (const name of ["header", "header-ws", "header-http"] as const) {
  for (const header of HEADERS) {
    Deno.test(`settingsOf() refuses --${name}=${JSON.stringify(header)} with exit code 2`, () => {
      const error = assertThrows(
        () => settingsOf({ [name]: [header] }, []),
        UsageError,
        `--${name}:`,
      );
      assertEquals(error.exitCode, 2);
    });
  }
}

Deno.test("settingsOf() refuses an origin that is none with exit code 2", () => {
  const error = assertThrows(() => settingsOf({ origin: "a b" }, []), UsageError, "--origin");
  assertEquals(error.exitCode, 2);
});

const MODES = [
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
for (const mode of MODES) {
  Deno.test(`settingsOf() refuses --unixsocket-mode=${JSON.stringify(mode)} with exit code 2`, () => {
    const error = assertThrows(
      () => settingsOf({ "unixsocket-mode": mode }, []),
      UsageError,
      `"${mode}" for --unixsocket-mode: expected three octal digits, as 0660`,
    );
    assertEquals(error.exitCode, 2);
  });
}
