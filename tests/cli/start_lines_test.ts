import { assertEquals } from "@std/assert";
import { startLines } from "../../lib/cli/start_lines.ts";
import { parseRoute } from "../../lib/cli/route.ts";
import { resolveConfig } from "../../lib/config.ts";
import type { Options } from "../../lib/handlers/flags.ts";
import { echo } from "../../lib/handlers/echo.ts";
import { parseOrigins } from "../../lib/options/origins.ts";

type App = Parameters<typeof startLines>[1];
type Where = Parameters<typeof startLines>[2];

const NOTHING: App = { routes: [] };
const TLS: Options = { ssl: true, sslcert: ["c.pem"], sslkey: ["k.pem"] };
const ECHO = { path: "*", handler: echo(), label: "Serving using handler       : echo" };
const HOST = Deno.hostname();

/** What is said of a server that listens there. */
function linesOf(settings: Options, where: Partial<Where>, app: App = NOTHING): string[] {
  const config = resolveConfig({ options: { echo: true, ...settings } });
  return startLines(config, app, { addresses: [], redirects: [], ...where });
}

const starting = (url: string) => `Starting WebSocket server   : ${url}`;
const redirecting = (url: string) => `Starting redirect server   : ${url}`;
const enabled = (url: string) => `Developer console enabled   : ${url}`;

const ADDRESSES: [what: string, settings: Options, where: Partial<Where>, lines: string[]][] = [
  ["an address", { address: ["127.0.0.1"] }, { addresses: ["ws://127.0.0.1:8080/"] }, [
    starting("ws://127.0.0.1:8080/"),
  ]],
  ["several addresses", { address: ["a", "::1"] }, {
    addresses: ["ws://a:8080/", "ws://[::1]:8080/"],
  }, [starting("ws://a:8080/"), starting("ws://[::1]:8080/")]],
  ["the host's name for all interfaces", {}, { addresses: ["ws://localhost:80/"] }, [
    starting(`ws://${HOST}:80/`),
  ]],
  ["the host's name where the addresses are none", { address: [] }, {
    addresses: ["ws://localhost:80/"],
  }, [starting(`ws://${HOST}:80/`)]],
  ["localhost where that is the address", { address: ["localhost"] }, {
    addresses: ["ws://localhost:80/"],
    redirects: ["http://localhost:81/"],
  }, [starting("ws://localhost:80/"), redirecting("http://localhost:81/")]],
  ["TLS", TLS, { addresses: ["wss://localhost:443/"] }, [starting(`wss://${HOST}:443/`)]],
  ["a Unix socket", { unixsocket: "/run/a.sock" }, { addresses: ["ws+unix:/run/a.sock"] }, [
    starting("unix socket at /run/a.sock"),
  ]],
  ["a Unix socket beside an address", { unixsocket: "a b.sock", address: ["a"] }, {
    addresses: ["ws+unix:a b.sock", "ws://a:1/"],
  }, [starting("unix socket at a b.sock"), starting("ws://a:1/")]],
  ["redirects after all servers", { address: ["a", "b"] }, {
    addresses: ["ws://a:1/", "ws://b:1/"],
    redirects: ["http://a:2/", "http://b:2/"],
  }, [
    starting("ws://a:1/"),
    starting("ws://b:1/"),
    redirecting("http://a:2/"),
    redirecting("http://b:2/"),
  ]],
  ["the host's name in a redirect of all interfaces", TLS, {
    addresses: ["wss://localhost:443/"],
    redirects: ["http://localhost:80/"],
  }, [starting(`wss://${HOST}:443/`), redirecting(`http://${HOST}:80/`)]],
];
for (const [what, settings, where, lines] of ADDRESSES) {
  Deno.test(`startLines() names ${what}`, () => {
    assertEquals(linesOf(settings, where), lines);
  });
}

const CONSOLES: [what: string, settings: Options, addresses: string[], pages: string[]][] = [
  ["at every path", { devconsole: true, address: ["a"] }, ["ws://a:80/"], ["http://a:80/"]],
  ["at a path", { devconsole: "/_console", address: ["a"] }, ["ws://a:80/"], [
    "http://a:80/_console",
  ]],
  ["at a path with dollars", { devconsole: "/$&$1", address: ["a"] }, ["ws://a:80/"], [
    "http://a:80/$&$1",
  ]],
  ["over TLS", { ...TLS, devconsole: "/c", address: ["a"] }, ["wss://a:443/"], [
    "https://a:443/c",
  ]],
  ["on all interfaces", { devconsole: true }, ["ws://localhost:80/"], [`http://${HOST}:80/`]],
  ["at every address", { devconsole: true, address: ["a", "b"] }, ["ws://a:1/", "ws://b:1/"], [
    "http://a:1/",
    "http://b:1/",
  ]],
  ["not on a Unix socket", { devconsole: true, unixsocket: "a" }, ["ws+unix:a"], []],
  ["not on a Unix socket at a path", { devconsole: "/c", unixsocket: "a" }, ["ws+unix:a"], []],
  ["beside a Unix socket", { devconsole: true, unixsocket: "u", address: ["a"] }, [
    "ws+unix:u",
    "ws://a:1/",
  ], ["http://a:1/"]],
  ["not where it is off", { devconsole: false, address: ["a"] }, ["ws://a:80/"], []],
  ["not unless it is asked for", { address: ["a"] }, ["ws://a:80/"], []],
];
for (const [what, settings, addresses, pages] of CONSOLES) {
  Deno.test(`startLines() shows where the developer console is: ${what}`, () => {
    const lines = linesOf(settings, { addresses });
    assertEquals(lines.filter((line) => line.startsWith("Dev")), pages.map(enabled));
  });
}

const COMPRESSING: [what: string, options: Options, route: string, warns: boolean][] = [
  ["by --compress", { compress: true, engine: "native" }, "/a=echo", true],
  ["by a route", { engine: "native" }, "/a=echo?compress", true],
  ["by nobody", { engine: "native" }, "/a=echo?compress=false", false],
  ["by the engine node", { compress: true, engine: "node" }, "/a=echo?compress", false],
];
for (const [what, options, route, warns] of COMPRESSING) {
  Deno.test(`startLines() ${warns ? "warns" : "does not warn"} where it is compressed ${what}`, () => {
    const config = resolveConfig({ options, routes: [parseRoute(route)] });
    const lines = startLines(config, NOTHING, { addresses: [], redirects: [] });
    assertEquals(lines.some((line) => line.startsWith("Warning: --compress does nothing")), warns);
  });
}

Deno.test("startLines() puts the developer console after the server that has it", () => {
  const settings = { devconsole: true, address: ["a", "b"] };
  assertEquals(linesOf(settings, { addresses: ["ws://a:1/", "ws://b:1/"] }), [
    starting("ws://a:1/"),
    enabled("http://a:1/"),
    starting("ws://b:1/"),
    enabled("http://b:1/"),
  ]);
});

Deno.test("startLines() begins with what is served, in websocketd's order", () => {
  const labels = [
    "Serving using handler       : echo",
    "Serving /x",
    "Serving *                   : console",
    "Serving CGI scripts from    : /cgi",
    "Serving static content from : /public",
  ];
  const settings = { address: ["a"], devconsole: "/c", cgidir: "/cgi", staticdir: "/public" };
  // The console has no label of its own: where it is stands behind the addresses.
  const app: App = {
    routes: labels.map((label) => ({
      label,
      handler: label.endsWith(": console") ? {} : { label },
    })),
  };
  const lines = linesOf(settings, { addresses: ["ws://a:1/"] }, app);
  assertEquals(lines.slice(0, 5), [
    labels[0],
    labels[1],
    labels[4],
    labels[3],
    starting("ws://a:1/"),
  ]);
});

for (const folders of [{ staticdir: "a" }, { cgidir: "a" }, { staticdir: "a", cgidir: "a" }]) {
  Deno.test(`startLines() says where ${Object.keys(folders).join(" and ")} is served`, () => {
    const addresses = ["ws+unix:/a.sock", "wss://a:1/"];
    assertEquals(linesOf({ address: ["a"], ...folders }, { addresses }), [
      starting("unix socket at /a.sock"),
      starting("wss://a:1/"),
      "Serving CGI or static files : https://a:1/",
    ]);
  });
}

Deno.test("startLines() does without pages", () => {
  const lines = linesOf({}, {}, { routes: [ECHO] });
  assertEquals(lines, ["Serving using handler       : echo"]);
});

const ORIGINS: [list: string, warned: string[]][] = [
  ["example.com", ["example.com"]],
  ["a:81,https://b,c", ["a:81", "c"]],
  ["[::1]", ["[::1]"]],
  ["[::1]:81", ["[::1]:81"]],
  ["https://a", []],
  // Whoever writes it, means it.
  ["http://a", []],
  ["file://", []],
];
for (const [list, warned] of ORIGINS) {
  const shown = warned.length === 0 ? "nothing" : warned.join(" and ");
  Deno.test(`startLines() warns of ${shown} with --ssl --origin=${list}`, () => {
    const settings = { ...TLS, origin: parseOrigins(list) };
    assertEquals(
      linesOf(settings, {}),
      warned.map((host) =>
        `Warning: --origin=${host} admits pages over plain http, too: ` +
        `write https://${host} to admit no others`
      ),
    );
  });
}

Deno.test("startLines() does not warn of an origin without TLS, nor of none with it", () => {
  assertEquals(linesOf({ origin: parseOrigins("example.com") }, {}), []);
  assertEquals(linesOf(TLS, {}), []);
});
