import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createApp } from "../lib/app.ts";
import { UsageError } from "../lib/base/errors.ts";
import { resolveConfig, type Settings } from "../lib/config.ts";
import { reverseLookup } from "../lib/server/lookup.ts";

function appOf(settings: Settings): ReturnType<typeof createApp> {
  return createApp(resolveConfig(settings));
}

const LABELS: [settings: Settings, label: string][] = [
  [{ command: ["sh", "-c", "exit 3"] }, "/sh -c exit 3"],
  [{ dir: "." }, Deno.realPathSync(".")],
  [{ echo: true }, "echo"],
  [{ broadcast: true }, "broadcast"],
];
for (const [settings, label] of LABELS) {
  Deno.test(`createApp() serves every path with the handler of ${JSON.stringify(settings)}`, () => {
    const { routes } = appOf(settings);
    assertEquals(routes.map((route) => route.path), ["*"]);
    assertStringIncludes(routes[0]?.handler.label ?? "", label);
  });
}

Deno.test("createApp() passes on where to listen and how to decide of requests", () => {
  const listen = { port: 8080, addresses: ["127.0.0.1"], redirectPort: 8081 };
  const dispatch = { sameOrigin: true, pingMs: 5, maxFrameSize: 10 };
  const settings = { echo: true, listen, dispatch, unixSocket: "a.sock", engine: "node" };
  const files = { ssl: true, sslCert: "c.pem", sslKey: "k.pem" };
  const { routes, responders, shutdownMs, ...passed } = appOf({ ...settings, ...files });
  assertEquals([routes.length, responders?.length, shutdownMs], [1, 0, 3_000]);
  assertEquals<unknown>(passed, {
    ...listen,
    ...dispatch,
    unixSocket: { path: "a.sock" },
    engine: "node",
    tls: { certFile: "c.pem", keyFile: "k.pem" },
  });
});

Deno.test("createApp() looks names up only with --reverselookup", () => {
  assertEquals(appOf({ echo: true }).lookup, undefined);
  assertEquals(appOf({ echo: true, reverseLookup: true }).lookup, reverseLookup);
});

for (const [closeMs, shutdownMs] of [[0, 3_000], [1_000, 6_000]] as const) {
  Deno.test(`createApp() gives a shutdown ${shutdownMs} ms with --closems=${closeMs}`, () => {
    assertEquals(appOf({ echo: true, closeMs }).shutdownMs, shutdownMs);
  });
}

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
  Deno.test(`createApp() asks for pages in order with ${JSON.stringify(settings)}`, () => {
    assertEquals(appOf(settings).responders?.map((responder) => responder.label), labels);
  });
}

for (const settings of [{ staticDir: "tests" }, { cgiDir: "." }]) {
  Deno.test(`createApp() has no route for ${JSON.stringify(settings)} alone`, () => {
    assertEquals(appOf(settings).routes, []);
  });
}

const CONSOLES: [settings: Settings, option: string][] = [
  [{ staticDir: "tests" }, "--staticdir"],
  [{ cgiDir: "." }, "--cgidir"],
  [{ command: ["cat"], staticDir: "tests" }, "--staticdir"],
  [{ echo: true, staticDir: "tests", cgiDir: "." }, "--cgidir"],
];
for (const [settings, option] of CONSOLES) {
  Deno.test(`createApp() refuses a console at every path with ${JSON.stringify(settings)}`, () => {
    const error = assertThrows(
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
  Deno.test(`createApp() refuses ${shown} with exit code 1`, () => {
    const error = assertThrows(() => appOf(settings), UsageError, message);
    assertEquals(error.exitCode, 1);
  });
}
