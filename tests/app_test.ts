import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "../lib/app.ts";
import { UsageError } from "../lib/base/errors.ts";
import { parseRoute } from "../lib/cli/route.ts";
import { resolveConfig } from "../lib/config.ts";
import type { Settings } from "../lib/settings.ts";
import type { Options } from "../lib/handlers/flags.ts";
import { reverseLookup } from "../lib/listen/lookup.ts";

/** Options with a command, or with routes. */
interface Said extends Options, Omit<Settings, "options"> {}

function settingsOf({ command = [], routes = [], ...options }: Said): Settings {
  return { options, command, routes };
}

async function appOf(said: Said): ReturnType<typeof createApp> {
  return await createApp(resolveConfig(settingsOf(said)));
}

const LABELS: [settings: Said, label: string][] = [
  [{ command: ["sh", "-c", "exit 3"] }, "/sh -c exit 3"],
  [{ dir: "." }, Deno.realPathSync(".")],
  [{ echo: true }, "echo"],
  [{ broadcast: true }, "broadcast"],
];
for (const [settings, label] of LABELS) {
  Deno.test(`createApp() serves every path with the handler of ${JSON.stringify(settings)}`, async () => {
    const { routes } = await appOf(settings);
    assertEquals(routes.map((route) => route.path), ["*"]);
    assertStringIncludes(routes[0]?.handler.label ?? "", label);
  });
}

Deno.test("createApp() passes on where to listen and how to decide of requests", async () => {
  const app = await appOf({
    echo: true,
    port: 8080,
    address: ["127.0.0.1"],
    redirport: 8081,
    unixsocket: "a.sock",
    engine: "node",
    ssl: true,
    sslcert: ["c.pem"],
    sslkey: ["k.pem"],
    sameorigin: true,
    pingms: 5,
    maxframesize: 10,
  });
  const { routes, shutdownMs, remake: _, modules: _modules, processes, ...passed } = app;
  assertEquals(processes?.taken, 0);
  assertEquals([routes.length, shutdownMs], [1, 3_000]);
  assertEquals<unknown>(passed, {
    port: 8080,
    addresses: ["127.0.0.1"],
    redirectPort: 8081,
    sameOrigin: true,
    pingMs: 5,
    maxFrameSize: 10,
    headersWs: [],
    headersHttp: [],
    once: false,
    shutdownCode: 1001,
    unixSocket: { path: "a.sock" },
    engine: "node",
    tls: { certFile: "c.pem", keyFile: "k.pem" },
  });
});

Deno.test("createApp() looks names up only with --reverselookup", async () => {
  assertEquals((await appOf({ echo: true })).lookup, undefined);
  assertEquals((await appOf({ echo: true, reverselookup: true })).lookup, reverseLookup);
});

for (const [closeMs, shutdownMs] of [[0, 3_000], [1_000, 6_000]] as const) {
  Deno.test(`createApp() gives a shutdown ${shutdownMs} ms with --closems=${closeMs}`, async () => {
    assertEquals((await appOf({ echo: true, closems: closeMs })).shutdownMs, shutdownMs);
  });
}

/** Settings of routes as a command line has them. */
function routed(...texts: string[]): Said {
  return { routes: texts.map((text) => parseRoute(text)) };
}

Deno.test("createApp() has a shutdown wait for the route that takes longest", async () => {
  const settings = routed("/a=process?closems=2000 cat", "/b=process?closems=500 cat", "/c=echo");
  assertEquals((await appOf({ ...settings, closems: 1_000 })).shutdownMs, 9_000);
  assertEquals(
    (await appOf({ ...routed("/a=process?closems=5 cat"), closems: 1_000 })).shutdownMs,
    6_000,
  );
});

Deno.test("createApp() puts COMMAND behind all routes", async () => {
  const { routes } = await appOf({ ...routed("/b=echo", "*=echo", "/a=echo"), command: ["cat"] });
  assertEquals(routes.map(({ path }) => path), ["/b", "*", "/a", "*"]);
  assertStringIncludes(routes.at(-1)?.label ?? "", "Serving using application");
});

Deno.test("createApp() makes other routes for the same server, and keeps what is the same", async () => {
  const app = await appOf({ ...routed("/a=echo"), command: ["cat"] });
  const changed = resolveConfig(settingsOf({
    ...routed("/b=process?closems=1000 cat", "/a=echo"),
    command: ["cat"],
  }));
  const routes = await app.remake(changed);
  assertEquals(routes.map(({ path }) => path), ["/b", "/a", "*"]);
  assertStrictEquals(routes[1]?.handler, app.routes[0]?.handler);
  assertStrictEquals(routes[2]?.handler, app.routes[1]?.handler);
  assertEquals(app.shutdownMs, 6_000);
  const wrong = resolveConfig(
    settingsOf({ ...routed("/c=process no-such-program"), command: ["cat"] }),
  );
  await assertRejects(() => app.remake(wrong), UsageError, "Cannot serve the route /c: Cannot run");
});

const CGI = "Serving CGI scripts from    : .";
const STATIC = "Serving static content from : tests";

// The developer console has no label: the log says where it is.
const RESPONDERS: [settings: Said, labels: (string | undefined)[]][] = [
  [{ echo: true }, []],
  [{ echo: true, devconsole: false }, []],
  [{ echo: true, devconsole: true }, [undefined]],
  [{ echo: true, devconsole: "/_console" }, [undefined]],
  [{ echo: true, staticdir: "tests" }, [STATIC]],
  [{ echo: true, cgidir: "." }, [CGI]],
  [{ staticdir: "tests", cgidir: "." }, [CGI, STATIC]],
  [{ staticdir: "tests", devconsole: "/_console" }, [undefined, STATIC]],
  [{ cgidir: ".", devconsole: "/_console" }, [undefined, CGI]],
  [{ staticdir: "tests", cgidir: ".", devconsole: "/_console" }, [undefined, CGI, STATIC]],
];
for (const [settings, labels] of RESPONDERS) {
  Deno.test(`createApp() asks for pages in order with ${JSON.stringify(settings)}`, async () => {
    const { routes } = await appOf(settings);
    const pages = routes.filter(({ handler }) => handler.respond);
    assertEquals(pages.map(({ handler }) => handler.label), labels);
  });
}

for (const settings of [{ staticdir: "tests" }, { cgidir: "." }]) {
  Deno.test(`createApp() takes no WebSockets with ${JSON.stringify(settings)} alone`, async () => {
    const { routes } = await appOf(settings);
    assertEquals(routes.filter(({ handler }) => handler.accept ?? handler.open), []);
  });
}

const CONSOLES: [settings: Said, option: string][] = [
  [{ staticdir: "tests" }, "--staticdir"],
  [{ cgidir: "." }, "--cgidir"],
  [{ command: ["cat"], staticdir: "tests" }, "--staticdir"],
  [{ echo: true, staticdir: "tests", cgidir: "." }, "--cgidir"],
];
for (const [settings, option] of CONSOLES) {
  Deno.test(`createApp() refuses a console at every path with ${JSON.stringify(settings)}`, async () => {
    const error = await assertRejects(
      () => appOf({ ...settings, devconsole: true }),
      UsageError,
      `--devconsole cannot be used with ${option}, unless it has a path: --devconsole=/_console`,
    );
    assertEquals(error.exitCode, 4);
  });
}

const REFUSED: [settings: Said, message: string][] = [
  [{ command: ["there-is-no-such-program"] }, '"there-is-no-such-program": it is not in PATH'],
  [{ command: ["./no/such/program"] }, '"./no/such/program": there is no such file'],
  [{ dir: "no/such/folder" }, '"no/such/folder"'],
  [{ dir: new URL(import.meta.url).pathname }, "it is not a directory"],
  [{ staticdir: "no/such/folder" }, 'Cannot serve static content from "no/such/folder"'],
  [{ cgidir: "no/such/folder" }, 'Cannot serve CGI scripts from "no/such/folder"'],
  [{ echo: true, staticdir: "deno.json" }, 'from "deno.json": it is not a directory'],
];
for (const [settings, message] of REFUSED) {
  const shown = JSON.stringify(settings.command ?? message);
  Deno.test(`createApp() refuses ${shown} with exit code 1`, async () => {
    const error = await assertRejects(() => appOf(settings), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}
