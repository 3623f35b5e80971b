import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { type Flag, FLAGS, type Options } from "../../lib/cli/flags.ts";
import { settingsOf } from "../../lib/cli/settings.ts";
import type { Settings } from "../../lib/config.ts";

Deno.test("settingsOf() sets nothing but the port where no option is given", () => {
  assertEquals(settingsOf({}, ["ls", "-l"]), {
    command: ["ls", "-l"],
    dir: undefined,
    echo: undefined,
    broadcast: undefined,
    listen: { port: 80, addresses: [] },
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
  [{ port: 8080 }, { listen: { port: 8080, addresses: [] } }],
  [{ address: ["a", "[::1]"] }, { listen: { port: 80, addresses: ["a", "[::1]"] } }],
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

const MISSING = (FLAGS as readonly Flag[]).filter((flag) => flag.missing);
for (const { name, kind } of MISSING) {
  Deno.test(`settingsOf() says that --${name} is not supported yet, with exit code 1`, () => {
    const value = { boolean: true, number: 7, text: "word", list: ["word"] }[kind];
    const error = assertThrows(
      () => settingsOf({ [name]: value }, ["ls"]),
      UsageError,
      `--${name} is not supported yet`,
    );
    assertEquals(error.exitCode, 1);
    if (kind === "boolean") assertEquals(settingsOf({ [name]: false }, ["ls"]).command, ["ls"]);
  });
}
