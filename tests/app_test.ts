import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "../lib/app.ts";
import { UsageError } from "../lib/base/errors.ts";
import { parseRoute } from "../lib/cli/route.ts";
import { resolveConfig, type Settings } from "../lib/config.ts";
import { reverseLookup } from "../lib/server/lookup.ts";

async function appOf(settings: Settings): ReturnType<typeof createApp> {
  return await createApp(resolveConfig(settings));
}

const LABELS: [settings: Settings, label: string][] = [
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
  const listen = { port: 8080, addresses: ["127.0.0.1"], redirectPort: 8081 };
  const dispatch = { sameOrigin: true, pingMs: 5, maxFrameSize: 10 };
  const settings = { echo: true, listen, dispatch, unixSocket: "a.sock", engine: "node" };
  const files = { ssl: true, sslCert: "c.pem", sslKey: "k.pem" };
  const app = await appOf({ ...settings, ...files });
  const { routes, shutdownMs, remake: _, modules: _modules, ...passed } = app;
  assertEquals([routes.length, shutdownMs], [1, 3_000]);
  assertEquals<unknown>(passed, {
    ...listen,
    ...dispatch,
    unixSocket: { path: "a.sock" },
    engine: "node",
    tls: { certFile: "c.pem", keyFile: "k.pem" },
  });
});

Deno.test("createApp() looks names up only with --reverselookup", async () => {
  assertEquals((await appOf({ echo: true })).lookup, undefined);
  assertEquals((await appOf({ echo: true, reverseLookup: true })).lookup, reverseLookup);
});

for (const [closeMs, shutdownMs] of [[0, 3_000], [1_000, 6_000]] as const) {
  Deno.test(`createApp() gives a shutdown ${shutdownMs} ms with --closems=${closeMs}`, async () => {
    assertEquals((await appOf({ echo: true, closeMs })).shutdownMs, shutdownMs);
  });
}

/** Settings of routes as a command line has them. */
function routed(...texts: string[]): Settings {
  return { routes: texts.map((text) => parseRoute(text)) };
}

Deno.test("createApp() has a shutdown wait for the route that takes longest", async () => {
  const settings = routed("/a=process?closems=2000 cat", "/b=process?closems=500 cat", "/c=echo");
  assertEquals((await appOf({ ...settings, closeMs: 1_000 })).shutdownMs, 9_000);
  assertEquals(
    (await appOf({ ...routed("/a=process?closems=5 cat"), closeMs: 1_000 })).shutdownMs,
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
  const changed = resolveConfig({
    ...routed("/b=process?closems=1000 cat", "/a=echo"),
    command: ["cat"],
  });
  const routes = await app.remake(changed);
  assertEquals(routes.map(({ path }) => path), ["/b", "/a", "*"]);
  assertStrictEquals(routes[1]?.handler, app.routes[0]?.handler);
  assertStrictEquals(routes[2]?.handler, app.routes[1]?.handler);
  assertEquals(app.shutdownMs, 6_000);
  const wrong = resolveConfig({ ...routed("/c=process no-such-program"), command: ["cat"] });
  await assertRejects(() => app.remake(wrong), UsageError, "Cannot serve the route /c: Cannot run");
});

const CGI = "Serving CGI scripts from    : .";
const STATIC = "Serving static content from : tests";

// The developer console has no label: the log says where it is.
const RESPONDERS: [settings: Settings, labels: (string | undefined)[]][] = [
  [{ echo: true }, []],
  [{ echo: true, devConsole: false }, []],
  [{ echo: true, devConsole: true }, [undefined]],
  [{ echo: true, devConsole: "/_console" }, [undefined]],
  [{ echo: true, staticDir: "tests" }, [STATIC]],
  [{ echo: true, cgiDir: "." }, [CGI]],
  [{ staticDir: "tests", cgiDir: "." }, [CGI, STATIC]],
  [{ staticDir: "tests", devConsole: "/_console" }, [undefined, STATIC]],
  [{ cgiDir: ".", devConsole: "/_console" }, [undefined, CGI]],
  [{ staticDir: "tests", cgiDir: ".", devConsole: "/_console" }, [undefined, CGI, STATIC]],
];
for (const [settings, labels] of RESPONDERS) {
  Deno.test(`createApp() asks for pages in order with ${JSON.stringify(settings)}`, async () => {
    const { routes } = await appOf(settings);
    const pages = routes.filter(({ handler }) => handler.respond);
    assertEquals(pages.map(({ handler }) => handler.label), labels);
  });
}

for (const settings of [{ staticDir: "tests" }, { cgiDir: "." }]) {
  Deno.test(`createApp() takes no WebSockets with ${JSON.stringify(settings)} alone`, async () => {
    const { routes } = await appOf(settings);
    assertEquals(routes.filter(({ handler }) => handler.accept ?? handler.open), []);
  });
}

const CONSOLES: [settings: Settings, option: string][] = [
  [{ staticDir: "tests" }, "--staticdir"],
  [{ cgiDir: "." }, "--cgidir"],
  [{ command: ["cat"], staticDir: "tests" }, "--staticdir"],
  [{ echo: true, staticDir: "tests", cgiDir: "." }, "--cgidir"],
];
for (const [settings, option] of CONSOLES) {
  Deno.test(`createApp() refuses a console at every path with ${JSON.stringify(settings)}`, async () => {
    const error = await assertRejects(
      () => appOf({ ...settings, devConsole: true }),
      UsageError,
      `--devconsole cannot be used with ${option}, unless it has a path: --devconsole=/_console`,
    );
    assertEquals(error.exitCode, 4);
  });
}

const REFUSED: [settings: Settings, message: string][] = [
  [{ command: ["there-is-no-such-program"] }, '"there-is-no-such-program": it is not in PATH'],
  [{ command: ["./no/such/program"] }, '"./no/such/program": there is no such file'],
  [{ dir: "no/such/folder" }, '"no/such/folder"'],
  [{ dir: new URL(import.meta.url).pathname }, "it is not a directory"],
  [{ staticDir: "no/such/folder" }, 'Cannot serve static content from "no/such/folder"'],
  [{ cgiDir: "no/such/folder" }, 'Cannot serve CGI scripts from "no/such/folder"'],
  [{ echo: true, staticDir: "deno.json" }, 'from "deno.json": it is not a directory'],
];
for (const [settings, message] of REFUSED) {
  const shown = JSON.stringify(settings.command ?? message);
  Deno.test(`createApp() refuses ${shown} with exit code 1`, async () => {
    const error = await assertRejects(() => appOf(settings), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}
